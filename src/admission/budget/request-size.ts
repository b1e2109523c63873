import type { Exchange } from '../../core/exchange.ts';
import { protocolOf } from '../../protocols/registry.ts';

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
  // What is another dialect's is not sent on, and limits nothing: a caller must not make its hold smaller with it.
  const limit = endpoint === undefined ? undefined : protocolOf(endpoint.protocol).wire.outputLimit;
  const most = limit === undefined ? undefined : largestOf(limit.names, limit.within ?? BODY, fields);
  return { input: estimatedInput, mostOutput: (most ?? Infinity) * choices, choices };
}

type SizedExchange = Pick<Exchange, 'body' | 'endpoint' | 'estimatedInput'>;

/** Where the number of answers stands; '' is the body itself. */
const PLACES = ['', 'generationConfig', 'generation_config'];
const BODY = [''];
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
