import type { AttemptRecord, ExchangeRecord } from '../../core/record.ts';
import type { ExchangeTrace } from '../../core/exchange-trace.ts';
import type { Attribute } from './span.ts';
import type { Texts } from './texts.ts';

/** What the span of an exchange is made of. */
export interface ExchangeSubject {
  readonly record: ExchangeRecord;
  readonly trace: ExchangeTrace;
  /** Undefined: none are told. */
  readonly texts: Texts | undefined;
}

/** What the span of an attempt is made of. */
export interface AttemptSubject extends ExchangeSubject {
  readonly tried: AttemptRecord;
}

/** One attribute: its name, and its value of a subject; undefined: the subject has none. */
export type Row<S> =
  | {
      readonly key: string;
      readonly type: 'text';
      /** A word of the gateway or its config, in which there is nothing to mask. */
      readonly isOwn?: true;
      of(subject: S): string | undefined;
    }
  | { readonly key: string; readonly type: 'int' | 'double'; of(subject: S): number | undefined }
  | { readonly key: string; readonly type: 'flag'; of(subject: S): boolean | undefined }
  | { readonly key: string; readonly type: 'texts'; of(subject: S): readonly string[] | undefined };

/** How the attributes of spans are called for one kind of destination. */
export interface Profile {
  readonly exchange: readonly Row<ExchangeSubject>[];
  readonly attempt: readonly Row<AttemptSubject>[];
  /** What was said. Masked already. */
  said(subject: AttemptSubject, texts: Texts): readonly Attribute[];
}

/** Masks what is secret in a text. */
export interface Mask {
  (text: string): string;
  /** Whether a text holds nothing to be masked. */
  readonly isClean?: (text: string) => boolean;
}

/** The attributes of a subject. Texts are masked, for some are the client's words. */
export function attributesOf<S>(rows: readonly Row<S>[], subject: S, mask: Mask): Attribute[] {
  const attributes: Attribute[] = [];
  let all = '';
  for (const row of rows) {
    const { key, type } = row;
    const value = row.of(subject);
    if (value === undefined) continue;
    attributes.push({ key, type, value } as Attribute);
    if ((type === 'text' && row.isOwn === undefined) || type === 'texts') all += `\n${value as string}`;
  }
  // Most have nothing to mask, which one look at all of them together tells.
  return all === '' || mask.isClean?.(all) === true
    ? attributes
    : attributes.map((attribute) => masked(attribute, mask));
}

function masked(attribute: Attribute, mask: Mask): Attribute {
  const { key, type, value } = attribute;
  if (type === 'text') return { key, type, value: mask(value) };
  return type === 'texts' ? { key, type, value: value.map((one) => mask(one)) } : attribute;
}
