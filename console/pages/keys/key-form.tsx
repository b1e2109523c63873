import { problemAt, type KeyDraft, type Problems } from '../../lib/account-draft.ts';
import { zone } from '../../lib/zone.ts';
import { TextField } from '../../parts/field.tsx';
import { BudgetFields, LimitFields } from '../../parts/limit-fields.tsx';
import { ListField } from '../../parts/list-field.tsx';
import { Select } from '../../parts/select.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { words } from './words.ts';

const ENDPOINTS = [
  'chat',
  'completions',
  'embeddings',
  'moderations',
  'rerank',
  'images',
  'audio',
  'passthrough',
] as const;

interface KeyFormProps {
  readonly draft: KeyDraft;
  readonly problems: Problems;
  readonly teams: readonly string[];
  readonly aliases: readonly string[];
  readonly onChange: (draft: KeyDraft) => void;
  /** Everything is unfolded: it is there already. */
  readonly isWhole: boolean;
}

/** All that a key says of its caller. What most keys need comes first. */
export function KeyForm({ draft, problems, teams, aliases, onChange, isWhole }: KeyFormProps) {
  const w = words.value;
  const a = accounts.value;
  const set = (fields: Partial<KeyDraft>): void => onChange({ ...draft, ...fields });
  const isWrongBelow = [...problems.keys()].some((place) => !/^(?:name|team|models|owner)/.test(place) && place !== '');
  return (
    <>
      <div class="form-grid">
        <TextField
          label={a.name}
          value={draft.name}
          hint={w.nameHint}
          problem={problemAt(problems, 'name')}
          focus
          required
          onInput={(name) => set({ name })}
        />
        <TeamSelect
          draft={draft}
          teams={teams}
          problem={problemAt(problems, 'team')}
          onChange={(team) => set({ team })}
        />
      </div>
      <ListField
        label={a.models}
        values={draft.models}
        suggestions={['*', ...aliases]}
        hint={a.modelsHint}
        problem={problemAt(problems, 'models')}
        onChange={(models) => set({ models })}
      />
      <details class="form-part" open={isWhole || isWrongBelow}>
        <summary>{w.more}</summary>
        <div class="form">
          <MoreFields draft={draft} problems={problems} set={set} />
          <h3>{a.limits}</h3>
          <LimitFields draft={draft} problems={problems} onChange={onChange} />
          <h3>{a.budgets}</h3>
          <BudgetFields draft={draft} problems={problems} aliases={aliases} onChange={onChange} />
        </div>
      </details>
    </>
  );
}

interface TeamSelectProps {
  readonly draft: KeyDraft;
  readonly teams: readonly string[];
  readonly problem: string | undefined;
  readonly onChange: (team: string) => void;
}

function TeamSelect({ draft: { team }, teams, problem, onChange }: TeamSelectProps) {
  const { team: label, noTeam } = accounts.value;
  const known = [...new Set([...(team === '' ? [] : [team]), ...teams])];
  return (
    <div class="field">
      <Select
        label={label}
        value={team}
        options={[['', noTeam] as const, ...known.map((each) => [each, each] as const)]}
        onChange={onChange}
      />
      {problem !== undefined && <p class="problem">{problem}</p>}
    </div>
  );
}

interface MoreFieldsProps {
  readonly draft: KeyDraft;
  readonly problems: Problems;
  readonly set: (fields: Partial<KeyDraft>) => void;
}

function MoreFields({ draft, problems, set }: MoreFieldsProps) {
  const w = words.value;
  return (
    <>
      <div class="form-grid">
        <TextField
          label={w.owner}
          value={draft.owner}
          hint={w.ownerHint}
          problem={problemAt(problems, 'owner')}
          onInput={(owner) => set({ owner })}
        />
        <TextField
          label={w.expires}
          type="datetime-local"
          value={draft.expiresAt}
          hint={w.expiresHint(zone.value)}
          problem={problemAt(problems, 'expires_at')}
          onInput={(expiresAt) => set({ expiresAt })}
        />
        <Select
          label={w.logBodies}
          value={draft.logBodies}
          options={Object.entries(w.logBodiesOf)}
          onChange={(logBodies) => set({ logBodies })}
        />
      </div>
      <div class="form-grid">
        <ListField
          label={w.allowedIps}
          values={draft.allowedIps}
          hint={w.allowedIpsHint}
          problem={problemAt(problems, 'allowed_ips')}
          onChange={(allowedIps) => set({ allowedIps })}
        />
        <ListField
          label={w.endpoints}
          values={draft.endpoints}
          suggestions={ENDPOINTS}
          hint={w.endpointsHint}
          problem={problemAt(problems, 'endpoints')}
          onChange={(endpoints) => set({ endpoints })}
        />
      </div>
      <ListField
        label={w.tags}
        values={draft.tags}
        hint={w.tagsHint}
        problem={problemAt(problems, 'tags')}
        onChange={(tags) => set({ tags })}
      />
    </>
  );
}
