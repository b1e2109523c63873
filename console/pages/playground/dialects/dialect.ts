/** Any JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** One message as the form shows it. */
export interface Message {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** What is more than text (a picture, a tool's result): it stays as it is, and only the JSON editor changes it. */
  readonly raw?: Json;
}

/** A function that a model may call, the same in every dialect. */
export interface Tool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly parameters?: unknown;
}

/** What the form knows of a body. */
export interface Fields {
  readonly system: string;
  readonly messages: readonly Message[];
  /** As the dialect writes them. */
  readonly tools: unknown;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
}

export interface Tokens {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
}

/** One way to ask, as clients write it. Bodies are without model and stream flag, which some dialects have in the path. */
export interface Dialect {
  readonly name: string;
  path(model: string, stream: boolean): string;
  headers(key: string): Readonly<Record<string, string>>;
  /** The body as it is sent. */
  whole(body: Json, model: string, stream: boolean): Json;
  read(body: Json): Fields;
  /** The body with these fields, and everything else as it was. */
  write(body: Json, fields: Partial<Fields>): Json;
  toTools(tools: unknown): readonly Tool[];
  fromTools(tools: readonly Tool[]): unknown;
  /** The text in an event of a stream. */
  piece(event: Json): string;
  /** The text of a whole answer; of a tool's call, the call. */
  text(answer: Json): string;
  tokens(event: Json): Tokens | undefined;
}

/** A value of JSON as an object; empty if it is none. */
export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A value of JSON as a list; empty if it is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** An object without the fields that are undefined. */
export function defined(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter((each) => each[1] !== undefined));
}

/** The text of content that is text alone, be it a string or parts with `text`; undefined: there is more to it. */
export function plainText(content: unknown, types: readonly string[]): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part) => {
    const { type, text } = object(part);
    return (type === undefined || types.includes(string(type))) && typeof text === 'string' ? text : undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join('\n');
}

/** A message for the form: its text, or, where it is more than that, itself. */
export function messageOf(raw: Json, text: string | undefined): Message {
  const role = raw['role'] === 'assistant' || raw['role'] === 'model' ? 'assistant' : 'user';
  return text === undefined ? { role, text: '', raw } : { role, text };
}
