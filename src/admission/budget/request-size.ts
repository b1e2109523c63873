import type { Exchange } from '../../core/exchange.ts';

/** How much a request asks for, as far as it can be told without reading it as its model does. */
export interface RequestSize {
  /** Tokens of its input, by the length of its texts. */
  readonly input: number;
  /** The most tokens that its answer may have; `Infinity` where it sets no limit. */
  readonly mostOutput: number;
  /** How many answers it asks for. */
  readonly choices: number;
}

/** The size of an exchange whose body is known. */
export function sizeOf({ body, estimatedInput }: Pick<Exchange, 'body' | 'estimatedInput'>): RequestSize {
  const fields = body?.fields ?? {};
  const choices = firstOf(CHOICES, fields, 1);
  return { input: estimatedInput, mostOutput: firstOf(LIMITS, fields, Infinity) * choices, choices };
}

/** What the dialects call the limit of an answer's tokens. */
const LIMITS = ['max_completion_tokens', 'max_tokens', 'max_output_tokens', 'maxOutputTokens'];
/** What they call the number of answers. */
const CHOICES = ['n', 'candidateCount', 'candidate_count', 'best_of'];
/** Where those of one dialect stand. */
const SETTINGS = ['generationConfig', 'generation_config'];

function firstOf(names: readonly string[], fields: Readonly<Record<string, unknown>>, otherwise: number): number {
  for (const place of [fields, ...SETTINGS.map((name) => fields[name])]) {
    if (!isMap(place)) continue;
    for (const name of names) {
      const value = place[name];
      if (typeof value === 'number' && value >= 1) return value;
    }
  }
  return otherwise;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
