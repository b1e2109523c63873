import { useSignal } from '@preact/signals';
import type { Answer } from '../../lib/api.ts';
import { numberText } from '../../lib/format.ts';
import { toast } from '../../lib/toasts.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { endCooldowns, setDrained, type Alias } from './answers.ts';
import { RehearseDialog } from './rehearse-dialog.tsx';
import { orphansWithout, usesOf } from './shown-aliases.ts';
import type { Step } from './steer.ts';
import { words } from './words.ts';

interface StepDialogProps<Of = Step> {
  readonly step: Of;
  readonly aliases: readonly Alias[];
  /** Something is different now. */
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Asks before a step is taken, and says what follows from it. */
export function StepDialog({ step, ...rest }: StepDialogProps) {
  if (step.kind === 'drain') return <DrainDialog step={step} {...rest} />;
  if (step.kind === 'undrain') return <UndrainDialog step={step} {...rest} />;
  if (step.kind === 'cooldown') return <CooldownDialog step={step} {...rest} />;
  return <RehearseDialog backend={step.backend} {...rest} />;
}

type DrainProps = StepDialogProps<{ readonly backend: string }>;

function DrainDialog({ step: { backend }, aliases, onDone, onClose }: DrainProps) {
  const w = words.value;
  const isForced = useSignal(false);
  const uses = usesOf(backend, aliases);
  const orphans = orphansWithout(backend, aliases);
  const others = new Set(uses.map(({ alias }) => alias.alias)).size - orphans.length;
  const running = uses[0]?.route.slots.in_use ?? 0;
  const run = async (): Promise<Answer<unknown>> => {
    const answer = await setDrained(backend, true, isForced.value);
    if (answer.ok) {
      toast(answer.value.kept ? w.drainDone(backend) : w.drainDoneForgotten(backend), 'good', auditLink(backend));
      onDone();
    }
    return answer;
  };
  return (
    <Confirm title={w.drainTitle(backend)} action={w.drain} danger run={run} onClose={onClose}>
      <p>{w.drainMore(backend, numberText(running))}</p>
      {others > 0 && <p>{w.drainAliases(numberText(others))}</p>}
      <p class="hint">{w.drainLasts}</p>
      {orphans.length > 0 && (
        <>
          <p class="problem">{w.orphans(shortList(orphans))}</p>
          <label class="check">
            <input
              type="checkbox"
              checked={isForced.value}
              onChange={(event) => (isForced.value = event.currentTarget.checked)}
            />
            {w.drainForce}
          </label>
        </>
      )}
    </Confirm>
  );
}

function UndrainDialog({ step: { backend }, onDone, onClose }: DrainProps) {
  const w = words.value;
  const run = async (): Promise<Answer<unknown>> => {
    const answer = await setDrained(backend, false, false);
    if (answer.ok) {
      toast(w.undrainDone(backend), 'good', auditLink(backend));
      onDone();
    }
    return answer;
  };
  return (
    <Confirm title={w.undrainTitle(backend)} action={w.undrain} run={run} onClose={onClose}>
      <p>{w.undrainMore}</p>
    </Confirm>
  );
}

function CooldownDialog({
  step: { backend, model },
  onDone,
  onClose,
}: StepDialogProps<{ readonly backend: string; readonly model?: string }>) {
  const w = words.value;
  // What is behind a `*` differs from request to request.
  const only = model?.includes('*') === true ? undefined : model;
  const run = async (): Promise<Answer<unknown>> => {
    const answer = await endCooldowns(backend, only);
    if (answer.ok) {
      toast(w.cooldownEnded(backend), 'good', auditLink(backend));
      onDone();
    }
    return answer;
  };
  return (
    <Confirm title={w.endCooldownTitle(backend)} action={w.endCooldown} run={run} onClose={onClose}>
      <p>{w.endCooldownMore(only === undefined ? backend : `${backend}/${only}`)}</p>
    </Confirm>
  );
}

/** Where it is written who did it. */
function auditLink(backend: string): { readonly href: string; readonly text: string } {
  return { href: hrefWith('/console/audit', { target: backend }), text: words.value.audit };
}

const MOST_NAMES = 5;

function shortList(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(', ') + (rest > 0 ? ` +${numberText(rest)}` : '');
}
