import type { Body, Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { withMembers } from '../lib/json-members.ts';
import { memberSpans, replaceSpans, type Span } from '../lib/json-span.ts';
import { parseJson } from '../lib/parse-json.ts';
import type { Context } from '../context.ts';
import { isReadAtOnce, readLimited } from './read-limited.ts';

/** Reads the text of a body that is to be JSON; its length in bytes is noted as `bytesIn`. */
export function readText(exchange: Exchange, context: Context): Promise<string> {
  return isReadAtOnce(exchange, context) ? exchange.request.text() : readPieces(exchange, context);
}

/** What is decoded need not be kept as bytes as well. */
async function readPieces(exchange: Exchange, context: Context): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  await readLimited(exchange, context, (piece) => {
    text += decoder.decode(piece, { stream: true });
  });
  return text + decoder.decode();
}

/**
 * A JSON object. It is parsed once, to know what it says; what is sent on is its own text, edited in place, so that key
 * order, escapes, large numbers and unknown fields stay as the client wrote them.
 */
export class JsonBody implements Body {
  readonly fields: Record<string, unknown>;
  /** The text made last of this one. */
  #made: Made | undefined;

  /** Throws a Refusal if it is none. `bytes`: how long it came. */
  constructor(
    readonly text: string,
    readonly bytes: number,
  ) {
    // The decoder puts U+FFFD for bytes that are no UTF-8, which changes the length; one that was sent does not.
    if (text.includes('\uFFFD') && Buffer.byteLength(text) !== bytes) {
      throw new Refusal('invalid_json', 'The body is not valid UTF-8. Send a JSON object, encoded as UTF-8.');
    }
    this.fields = parse(text);
  }

  withModel(model: string | undefined): string {
    if (model === undefined) return this.text;
    const spans = memberSpans(this.text, 'model');
    if (spans.length === 0) return withMembers(this.text, { model });
    // With the same name as the client's, there is nothing to change. With the key written twice, both are changed:
    // JSON.parse took the last, a backend may take the first.
    if (spans.length === 1 && model === this.fields['model']) return this.text;
    const word = JSON.stringify(model);
    const text = replaceSpans(this.text, spans, word);
    this.#made = { text, spans, word };
    return text;
  }

  partsOf(text: string): readonly string[] | undefined {
    if (this.#made?.text !== text) return undefined;
    const { spans, word } = this.#made;
    const parts: string[] = [];
    let from = 0;
    for (const { start, end } of spans) {
      parts.push(this.text.slice(from, start), word);
      from = end;
    }
    return [...parts, this.text.slice(from)];
  }
}

/** A text with `word` in the place of spans. */
interface Made {
  readonly text: string;
  readonly spans: readonly Span[];
  readonly word: string;
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    const what = text.trim() === '' ? 'The body is empty' : `The body is not valid JSON (${describe(error)})`;
    throw new Refusal('invalid_json', `${what}. Send a JSON object with a \`model\`.`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Refusal('invalid_json', 'The body is JSON, but no object. Send a JSON object with a `model`.');
}

/** The parser's own words, without what it quotes of the body. */
function describe(error: unknown): string {
  const words = error instanceof Error ? error.message.replace(/^JSON Parse error: /, '') : '';
  // A single character is the parser's own: `Expected '}'`.
  if (/^[^"'`]*["'`].["'`]$/.test(words)) return words;
  return words.replace(/[:\s]*["'`].*$/s, '') || 'unexpected text';
}
