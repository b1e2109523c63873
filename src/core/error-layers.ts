import { asObject, asWord, parseObject } from '../lib/json.ts';
import type { UpstreamError } from './classify.ts';
import { readGenericError } from './generic-error.ts';

/** An error, or one that it wraps: its codes, and its message with more and more of what stands in front taken off. */
export interface ErrorLayer {
  readonly codes: readonly string[];
  readonly beginnings: readonly string[];
}

/** Of a longer message the beginning tells. */
const MOST_CHARS = 4096;
const MOST_LAYERS = 3;
const MOST_LEADS = 8;

/**
 * An error and what it wraps, the outermost first. Gateways put a provider's error whole into their own: as JSON in
 * `metadata.raw` (OpenRouter) or in the message (LiteLLM).
 */
export function layersOf(error: UpstreamError): ErrorLayer[] {
  const layers: ErrorLayer[] = [];
  for (let next: UpstreamError | undefined = error; next !== undefined && layers.length < MOST_LAYERS;) {
    const beginnings = beginningsOf(next.message ?? '');
    layers.push({ codes: codesOf(next), beginnings });
    next = wrappedIn(next.object) ?? toldIn(beginnings.at(-1) ?? '');
  }
  return layers;
}

function codesOf({ code, type, object }: UpstreamError): string[] {
  const fields = asObject(object);
  const number: unknown = fields?.['code'];
  // OpenRouter says what kind of error it is beside whatever the provider called it.
  const kind = asWord(asObject(fields?.['metadata'])?.['error_type']);
  const codes = [kind, code, type, typeof number === 'number' ? String(number) : undefined];
  return codes.filter((each) => each !== undefined);
}

/** What servers and gateways put in front of a provider's words. No words of a client are among it. */
const LEAD = new RegExp(
  `^(?:${[
    String.raw`litellm\.\w{1,60}: `,
    String.raw`\w{1,60}(?:Error|Exception)(?:: | - )`,
    String.raw`Error(?: code)?: (?:\d{3} - )?`,
    String.raw`(?:(?:input )?validation|provider|upstream|openrouter|api|internal) error: `,
    String.raw`(?:error from (?:provider|upstream)|provider returned error|upstream error)(?: \([^)]{1,60}\))?(?:: | \| metadata: )`,
    String.raw`<\d{3}> `,
    String.raw`(?:HTTP )?\d{3}(?: [A-Z][a-z]+){0,3}(?::| -)? `,
    String.raw`InternalError\.Algo\.\w{1,40}: `,
    String.raw`(?:invalid|bad) (?:request|params|parameter)s?[:,] `,
    String.raw`Malformed input request: `,
    String.raw`The model returned the following errors: `,
    String.raw`Failed to start sampling: `,
    String.raw`<LM Studio error> `,
    String.raw`\[\d{3,5}\] ?\[?`,
  ].join('|')})`,
  'i',
);

function beginningsOf(message: string): string[] {
  let rest = message.slice(0, MOST_CHARS).trimStart();
  const beginnings = [rest];
  while (beginnings.length <= MOST_LEADS) {
    const lead = LEAD.exec(rest)?.[0];
    if (lead === undefined) break;
    rest = rest.slice(lead.length);
    beginnings.push(rest);
  }
  return beginnings;
}

function wrappedIn(object: unknown): UpstreamError | undefined {
  const fields = asObject(object);
  const raw = asObject(fields?.['metadata'])?.['raw'] ?? fields?.['raw'] ?? fields?.['error'] ?? fields?.['cause'];
  if (typeof raw !== 'string') return raw === undefined ? undefined : readGenericError(raw);
  return toldIn(raw) ?? readGenericError(raw);
}

/** An error that a text is the JSON of, or was before Python wrote it down: then what follows the first `message`. */
function toldIn(text: string): UpstreamError | undefined {
  const start = /^b?['"]?\{/.exec(text)?.[0].length;
  if (start === undefined) return undefined;
  const json = text.slice(start - 1, text.lastIndexOf('}') + 1);
  const object = parseObject(json);
  if (object !== undefined) return readGenericError(object.raw === undefined ? object : object.raw);
  const message = /["']message["']: ?\\?["']/.exec(json);
  return message === null ? undefined : readGenericError(json.slice(message.index + message[0].length));
}
