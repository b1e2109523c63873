import { batch, computed, signal } from '@preact/signals';
import { urlChoice, urlField, setQuery } from '../../lib/url-state.ts';
import type { Dialect, Fields, Json } from './dialects/dialect.ts';
import { DIALECT_NAMES, DIALECTS, translated, type DialectName } from './dialects/dialects.ts';

/** What is to be asked. The address holds all of it but the body and the key, which are kept in memory alone. */
export const model = urlField('model');
/** The alias beside it; empty: there is none. */
export const otherModel = urlField('other');
export const dialectName = urlChoice<DialectName>('dialect', DIALECT_NAMES, 'openai-chat');
export const streamField = urlChoice('stream', ['yes', 'no'] as const, 'yes');
export const key = signal('');

/** Without model and stream flag. It is the one truth: the form and the JSON editor both show it. */
export const body = signal<Json>({ messages: [{ role: 'user', content: 'Hello! Who are you?' }] });
/** The dialect that the body is written in. */
const written = signal<DialectName>('openai-chat');

export function isStreamed(): boolean {
  return streamField.value === 'yes';
}

export function dialect(): Dialect {
  return DIALECTS[dialectName.value];
}

/** The body in the dialect of the address, which may have come by a link. */
export function currentBody(): Json {
  return translated(body.value, DIALECTS[written.value], dialect());
}

/** What the form shows. */
export const fields = computed(() => dialect().read(currentBody()));

/** Changes what the form has changed. */
export function change(next: Partial<Fields>): void {
  setBody(dialect().write(currentBody(), next));
}

export function setBody(next: Json): void {
  batch(() => {
    body.value = next;
    written.value = dialectName.value;
  });
}

/** Takes another dialect, and the body with it. */
export function setDialect(next: DialectName): void {
  const before = currentBody();
  const from = dialect();
  batch(() => {
    body.value = translated(before, from, DIALECTS[next]);
    written.value = next;
    dialectName.value = next;
  });
}

/** The body as it is sent, for the JSON editor. */
export function wholeBody(): Json {
  return dialect().whole(currentBody(), model.value, isStreamed());
}

/** Takes a whole body that was written by hand or kept: model and streaming go where they belong. */
export function setWhole(whole: Json): void {
  const { model: named, stream, ...rest } = whole;
  const { stream_options: _options, ...plain } = rest;
  batch(() => {
    setBody(stream === true ? plain : rest);
    if (dialectName.value === 'gemini') return;
    setQuery({
      ...(typeof named === 'string' ? { model: named } : {}),
      stream: stream === true ? undefined : 'no',
    });
  });
}
