import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { Usage } from '../../lib/answers.ts';
import { get, type Answer } from '../../lib/api.ts';
import { durationText } from '../../lib/format.ts';
import { useResource } from '../../lib/resource.ts';
import { may } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Select } from '../../parts/select.tsx';
import { Ticked } from '../../parts/ticked.tsx';
import { beginRehearsal, type Alias, type RehearsalPlan } from './answers.ts';
import { backendsOf } from './shown-aliases.ts';
import { words } from './words.ts';

interface RehearseDialogProps {
  readonly backend: string;
  readonly aliases: readonly Alias[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const SECONDS = ['30', '60', '120', '300', '600'] as const;
const FAILURES = ['status_500', 'rate_limited', 'timeout', 'connection_refused', 'cut'] as const;

/** Lets a backend fail for one key for a while, to see what becomes of its requests. */
export function RehearseDialog({ backend: first, aliases, onDone, onClose }: RehearseDialogProps) {
  const w = words.value;
  const backends = backendsOf(aliases);
  const backend = useSignal(first === '' ? (backends[0] ?? '') : first);
  const caller = useSignal('');
  const failure = useSignal<RehearsalPlan['failure']>('status_500');
  const seconds = useSignal<(typeof SECONDS)[number]>('60');
  const share = useSignal<keyof typeof w.shares>('1');
  const run = async (): Promise<Answer<unknown>> => {
    const plan = { backend: backend.value, caller: caller.value.trim(), failure: failure.value };
    const answer = await beginRehearsal({ ...plan, seconds: Number(seconds.value), share: Number(share.value) });
    if (answer.ok) {
      toast(w.rehearsalBegun(plan.backend, plan.caller));
      onDone();
    }
    return answer;
  };
  return (
    <Confirm title={w.rehearseTitle} action={w.rehearseBegin} run={run} onClose={onClose}>
      <p>{w.rehearseMore}</p>
      <Select
        label={w.backend}
        value={backend.value}
        options={backends.map((name) => [name, name] as const)}
        onChange={(next) => (backend.value = next)}
      />
      <CallerField value={caller.value} onChange={(next) => (caller.value = next)} />
      <div class="field-row">
        <Select
          label={w.rehearseHow}
          value={failure.value}
          options={FAILURES.map((each) => [each, w.acts[each]] as const)}
          onChange={(next) => (failure.value = next)}
        />
        <Select
          label={w.rehearseSeconds}
          value={seconds.value}
          options={SECONDS.map((each) => [each, durationText(Number(each) * 1000)] as const)}
          onChange={(next) => (seconds.value = next)}
        />
        <Select
          label={w.rehearseShare}
          value={share.value}
          options={(['1', '0.5', '0.1'] as const).map((each) => [each, w.shares[each]] as const)}
          onChange={(next) => (share.value = next)}
        />
      </div>
    </Confirm>
  );
}

interface CallerFieldProps {
  readonly value: string;
  readonly onChange: (next: string) => void;
}

/** Whose requests: any name, with those that are known to choose from. */
function CallerField({ value, onChange }: CallerFieldProps) {
  const w = words.value;
  const id = useId();
  const callers = useCallers();
  const [only] = callers;
  const isSure = callers.length === 1 && only !== undefined;
  useEffect(() => {
    if (isSure && value === '') onChange(only);
  }, [isSure]);
  return (
    <div>
      <label class="field-label" for={`${id}-input`}>
        {w.rehearseWho}
      </label>
      <input
        id={`${id}-input`}
        class="input"
        list={`${id}-list`}
        value={value}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <p class="hint" id={`${id}-hint`}>
        <Ticked text={w.rehearseWhoHint} />
      </p>
      <datalist id={`${id}-list`}>
        {callers.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}

type Keys = { readonly data: readonly { readonly name: string; readonly team?: string }[] };

/** Those who asked in the last week, and, for who may see them, all keys. */
function useCallers(): readonly string[] {
  const seen = useResource('callers', (signal) =>
    get<Usage>('/admin/usage', { query: { from: '7d', group_by: 'caller,team' }, signal }),
  );
  const keys = useResource('keys', async (signal): Promise<Answer<Keys>> =>
    may('admin')
      ? await get<Keys>('/admin/keys', { query: { limit: 200 }, signal })
      : { ok: true, value: { data: [] } },
  );
  const place = ({ name, team }: { name?: string | null; team?: string | null }): string =>
    team === null || team === undefined ? (name ?? '') : `${team}/${name ?? ''}`;
  const names = [
    ...(keys.value.value?.data ?? []).map(place),
    ...seenOf(seen.value.value).map(({ caller, team }) => place({ name: caller ?? null, team: team ?? null })),
  ];
  return [...new Set(names)].filter((name) => name !== '');
}

/** The groups with the names of those that were asked for, which the schema has for any. */
function seenOf(usage: Usage | undefined) {
  return (usage?.data ?? []) as readonly { readonly caller?: string | null; readonly team?: string | null }[];
}
