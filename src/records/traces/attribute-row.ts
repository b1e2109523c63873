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
  | { readonly key: string; readonly type: 'text'; of(subject: S): string | undefined }
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

/** The attributes of a subject. Texts are masked, for some are the client's words. */
export function attributesOf<S>(rows: readonly Row<S>[], subject: S, mask: (text: string) => string): Attribute[] {
  const attributes: Attribute[] = [];
  for (const row of rows) {
    const { key, type } = row;
    const value = row.of(subject);
    if (value === undefined) continue;
    if (type === 'text') attributes.push({ key, type, value: mask(value as string) });
    else if (type === 'texts') attributes.push({ key, type, value: (value as readonly string[]).map(mask) });
    else attributes.push({ key, type, value } as Attribute);
  }
  return attributes;
}
