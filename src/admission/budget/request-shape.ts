import type { Exchange } from '../../core/exchange.ts';
import { asNumber, asObject, asWord, type JsonObject } from '../../lib/json.ts';

/** A tool that the provider runs, as the request names it, and how often it may be called. */
export interface AskedTool {
  readonly name: string;
  readonly calls: number;
}

/** Where a request does not limit the calls of a provider's tool, a hold is for so many (docs/budgets.md). */
const CALLS = 5;

/** What of a request decides at which rates it may be charged. Each is looked for only where a price depends on it. */
export class RequestShape {
  readonly #fields: JsonObject;
  #tools: readonly AskedTool[] | undefined;

  constructor(
    private readonly exchange: Pick<Exchange, 'body' | 'endpoint'>,
    /** How many answers are asked for. */
    readonly choices: number,
  ) {
    this.#fields = exchange.body?.fields ?? {};
  }

  /** The service tier that is asked for; undefined: none. */
  get tier(): string | undefined {
    const { service_tier: tier, serviceTier, speed } = this.#fields;
    return speed === 'fast' ? 'fast' : asWord(tier ?? serviceTier)?.toLowerCase();
  }

  /** Some of it may be kept in the provider's cache for an hour. */
  get asksHourCache(): boolean {
    return this.#says('"1h"');
  }

  get hasAudio(): boolean {
    return this.#says('audio') || this.#says('AUDIO');
  }

  get hasImages(): boolean {
    return this.#says('image') || this.#says('IMAGE');
  }

  /** About how many characters it has, at most. */
  get characters(): number {
    return this.exchange.body?.bytes ?? 0;
  }

  /** The tools that it names, but for the client's own functions, which the provider does not run. */
  get tools(): readonly AskedTool[] {
    return (this.#tools ??= toolsOf(this.#fields));
  }

  /** Whether a word stands anywhere in it; of a body that is no text, it is taken for granted. */
  #says(word: string): boolean {
    const { body, endpoint } = this.exchange;
    return body?.text?.includes(word) !== false || endpoint?.target.includes(word) === true;
  }
}

/** The types of tools that clients run. */
const OWN: ReadonlySet<string> = new Set(['function', 'custom', 'functionDeclarations', 'function_declarations']);

function toolsOf(fields: JsonObject): readonly AskedTool[] {
  const { tools, web_search_options: search, max_tool_calls: most } = fields;
  const asked: AskedTool[] = [];
  const add = (name: string, limit: unknown): void => {
    const calls = asNumber(limit) ?? asNumber(most) ?? CALLS;
    if (!OWN.has(name)) asked.push({ name, calls: Math.max(0, Math.ceil(calls)) });
  };
  if (search !== undefined) add('web_search', undefined);
  for (const tool of Array.isArray(tools) ? tools : []) {
    const entry = asObject(tool);
    const type = asWord(entry?.['type']);
    if (type !== undefined) add(type, entry?.['max_uses']);
    // Gemini's have no type: `{"googleSearch": {}}`.
    else
      for (const name in entry)
        if (asObject(entry[name]) !== undefined && !('input_schema' in entry)) add(name, undefined);
  }
  return asked;
}
