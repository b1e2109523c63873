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
export function sizeOf({ body, endpoint, estimatedInput }: SizedExchange): RequestSize {
  const fields = body?.fields ?? {};
  const choices = largestOf(CHOICES, PLACES, fields) ?? 1;
  const [names, places] = LIMITS[endpoint?.protocol ?? ''] ?? NO_LIMIT;
  return { input: estimatedInput, mostOutput: (largestOf(names, places, fields) ?? Infinity) * choices, choices };
}

type SizedExchange = Pick<Exchange, 'body' | 'endpoint' | 'estimatedInput'>;

/** Where the settings of one dialect stand; '' is the body itself. */
const SETTINGS = ['generationConfig', 'generation_config'];
const PLACES = ['', ...SETTINGS];
const BODY = [''];
const GEMINI = [['maxOutputTokens', 'max_output_tokens'], SETTINGS] as const;

/**
 * What each dialect calls the limit of an answer's tokens, and where it has it. What is another dialect's is not sent on, and
 * limits nothing: a caller must not make its hold smaller with it.
 */
const LIMITS: Readonly<Record<string, readonly [names: readonly string[], places: readonly string[]]>> = {
  'openai-chat': [['max_completion_tokens', 'max_tokens'], BODY],
  'openai-responses': [['max_output_tokens'], BODY],
  'anthropic-messages': [['max_tokens'], BODY],
  gemini: GEMINI,
  'gemini-array': GEMINI,
};
const NO_LIMIT = [[], BODY] as const;
/** What they call the number of answers. */
const CHOICES = ['n', 'candidateCount', 'candidate_count', 'best_of'];

/** The largest number that a field of one of these names has: which of two a backend goes by is not known. */
function largestOf(
  names: readonly string[],
  places: readonly string[],
  fields: Readonly<Record<string, unknown>>,
): number | undefined {
  let largest: number | undefined;
  for (const place of places) {
    const within = place === '' ? fields : fields[place];
    if (!isMap(within)) continue;
    for (const name of names) {
      const value = within[name];
      if (typeof value === 'number' && value >= 1) largest = Math.max(largest ?? 0, value);
    }
  }
  return largest;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
