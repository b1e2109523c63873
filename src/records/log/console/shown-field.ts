import type { RecordField } from '../log-field.ts';
import type { Markup } from './markup.ts';

/** Shows a field of a record, by its name, on the console for people; undefined where its value is unknown. */
export type Shown<N extends string> = (name: N) => string | undefined;

/** Shows the fields of a table. What its row does not call trusted is escaped. */
export function showing<R, N extends string>(
  fields: readonly (RecordField<R> & { readonly name: N })[],
): (record: R, mark: Markup) => Shown<N> {
  const byName = new Map(fields.map((field) => [field.name, field]));
  return (record, mark) => (name) => {
    const field = byName.get(name);
    const value = field?.of(record);
    if (field === undefined || value === undefined) return undefined;
    return escaped(field, typeof value === 'string' ? value : JSON.stringify(value), mark);
  };
}

/** The columns of a table, in their order: each makes its text of a record, or nothing. */
export function columnsOf<R>(
  fields: readonly RecordField<R>[],
): readonly ((record: R, mark: Markup) => string | undefined)[] {
  return fields
    .flatMap((field) => ('column' in field.console ? [{ field, ...field.console }] : []))
    .sort((a, b) => a.column - b.column)
    .map(({ field, text }) => (record: R, mark: Markup) => {
      const shown = text(record);
      return shown === undefined ? undefined : escaped(field, shown, mark);
    });
}

/** The backend and the model that it was asked for. */
export function targetText(shown: Shown<'backend' | 'model'>): string {
  const model = shown('model');
  return model === undefined ? `${shown('backend')}` : `${shown('backend')}/${model}`;
}

function escaped<R>({ trusted }: RecordField<R>, text: string, mark: Markup): string {
  return trusted === undefined ? mark.text(text) : text;
}
