import { useSignal } from '@preact/signals';
import { problemAt, teamBody, teamDraftOf, type Problems, type TeamDraft } from '../../lib/account-draft.ts';
import { useAliases, useTeams } from '../../lib/account-data.ts';
import { ifMatch, type Team } from '../../lib/accounts.ts';
import { call, get } from '../../lib/api.ts';
import { go } from '../../lib/router.ts';
import { toast } from '../../lib/toasts.ts';
import { TextField } from '../../parts/field.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { BudgetFields, LimitFields } from '../../parts/limit-fields.tsx';
import { ListField } from '../../parts/list-field.tsx';
import { Select } from '../../parts/select.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { words } from './words.ts';

/** The form of a new team, below another or at the top. */
export function NewTeam({ parent, onClose }: { readonly parent: string; readonly onClose: () => void }) {
  const w = words.value;
  const draft = useSignal(teamDraftOf(undefined, parent));
  return (
    <FormDialog
      title={w.newTeam}
      action={w.create}
      save={() => call<Team>('POST', '/admin/teams', { body: teamBody(draft.value) })}
      onDone={({ name }) => {
        toast(w.made(name));
        onClose();
        go(`/console/teams/${encodeURIComponent(name)}`);
      }}
      onClose={onClose}
    >
      {(problems) => <TeamFields draft={draft} problems={problems} isNew />}
    </FormDialog>
  );
}

interface EditTeamProps {
  readonly team: Team;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** The form of a team that is there. Only what was changed is sent. */
export function EditTeam({ team, onDone, onClose }: EditTeamProps) {
  const w = words.value;
  const seen = useSignal(team);
  const draft = useSignal(teamDraftOf(team));
  const path = `/admin/teams/${team.name}`;
  const reload = async (): Promise<void> => {
    const answer = await get<Team>(path);
    if (!answer.ok) return toast(answer.error.message, 'bad');
    seen.value = answer.value;
    draft.value = teamDraftOf(answer.value);
  };
  return (
    <FormDialog
      title={w.editTitle(team.name)}
      action={accounts.value.save}
      save={() =>
        call<Team>('PATCH', path, {
          body: teamBody(draft.value, teamDraftOf(seen.value)),
          headers: ifMatch(seen.value.version),
        })
      }
      onDone={() => {
        toast(w.saved);
        onDone();
      }}
      onClose={onClose}
      onReload={() => void reload()}
    >
      {(problems) => <TeamFields draft={draft} problems={problems} isNew={false} />}
    </FormDialog>
  );
}

interface TeamFieldsProps {
  readonly draft: { value: TeamDraft };
  readonly problems: Problems;
  readonly isNew: boolean;
}

function TeamFields({ draft, problems, isNew }: TeamFieldsProps) {
  const w = words.value;
  const a = accounts.value;
  const teams = useTeams().value.value ?? [];
  const aliases = useAliases();
  const { value } = draft;
  const set = (fields: Partial<TeamDraft>): void => {
    draft.value = { ...draft.value, ...fields };
  };
  const parents = [...new Set([...(value.parent === '' ? [] : [value.parent]), ...teams.map(({ name }) => name)])];
  const parentProblem = problemAt(problems, 'parent');
  return (
    <>
      <div class="form-grid">
        {isNew && (
          <TextField
            label={a.name}
            value={value.name}
            hint={w.nameHint}
            problem={problemAt(problems, 'name')}
            focus
            required
            onInput={(name) => set({ name })}
          />
        )}
        <div class="field">
          <Select
            label={w.parent}
            value={value.parent}
            options={[
              ['', w.top] as const,
              ...parents.filter((each) => each !== value.name).map((each) => [each, each] as const),
            ]}
            onChange={(parent) => set({ parent })}
          />
          {parentProblem !== undefined && <p class="problem">{parentProblem}</p>}
        </div>
        <TextField
          label={w.label}
          value={value.label}
          hint={w.labelHint}
          problem={problemAt(problems, 'label')}
          onInput={(label) => set({ label })}
        />
      </div>
      <ListField
        label={a.models}
        values={value.models}
        suggestions={['*', ...aliases]}
        hint={w.modelsHint}
        problem={problemAt(problems, 'models')}
        onChange={(models) => set({ models })}
      />
      <h3>{a.limits}</h3>
      <LimitFields draft={value} problems={problems} onChange={(next) => (draft.value = next)} />
      <h3>{a.budgets}</h3>
      <BudgetFields draft={value} problems={problems} aliases={aliases} onChange={(next) => (draft.value = next)} />
    </>
  );
}
