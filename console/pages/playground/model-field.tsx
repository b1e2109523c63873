import { useId } from 'preact/hooks';
import { get, type Answer } from '../../lib/api.ts';
import { useResource } from '../../lib/resource.ts';
import { may } from '../../lib/session.ts';
import { openaiChat } from './dialects/openai-chat.ts';
import { key } from './draft.ts';

interface ModelFieldProps {
  readonly label: string;
  readonly value: string;
  readonly names: readonly string[];
  readonly onChange: (next: string) => void;
}

/** An alias, or any name that a wildcard alias stands for. */
export function ModelField({ label, value, names, onChange }: ModelFieldProps) {
  const id = useId();
  return (
    <div>
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="input"
        list={`${id}-list`}
        value={value}
        autocomplete="off"
        spellcheck={false}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
      />
      <datalist id={`${id}-list`}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}

type Aliases = { readonly data: readonly { readonly alias: string; readonly enabled: boolean }[] };
type Models = { readonly data: readonly { readonly id: string }[] };

/** Every alias for who may see them; for others, the models of the key. */
export function useModelNames(): readonly string[] {
  const isViewer = may('viewer');
  const names = useResource(`models ${isViewer ? '' : key.value}`, async (signal): Promise<Answer<string[]>> => {
    if (isViewer) {
      const answer = await get<Aliases>('/admin/routes', { signal });
      if (!answer.ok) return answer;
      return { ok: true, value: answer.value.data.filter(({ enabled }) => enabled).map(({ alias }) => alias) };
    }
    if (key.value === '') return { ok: true, value: [] };
    const answer = await get<Models>('/v1/models', { signal, headers: openaiChat.headers(key.value) });
    return answer.ok ? { ok: true, value: answer.value.data.map(({ id }) => id) } : answer;
  });
  return names.value.value ?? [];
}
