import type { Body } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { memberSpans, replaceSpans } from '../lib/json-span.ts';
import { checkAnnouncedLength, readLimited, unreadable } from './read-limited.ts';

/**
 * Reads a JSON object. It is parsed once, to know what it says; what is sent on is its own text, edited in place, so
 * that key order, escapes, large numbers and unknown fields stay as the client wrote them.
 */
export async function readJson(request: Request, maxBytes: number): Promise<Body> {
  const length = checkAnnouncedLength(request, maxBytes);
  const text =
    length === undefined ? new TextDecoder().decode(await readLimited(request, maxBytes)) : await readText(request);
  return new JsonBody(text, parse(text), length ?? Buffer.byteLength(text));
}

class JsonBody implements Body {
  constructor(
    readonly text: string,
    readonly fields: Record<string, unknown>,
    readonly bytes: number,
  ) {}

  withModel(model: string): string {
    // With the same name as the client's, there is nothing to change. With the key written twice, both are changed:
    // JSON.parse took the last, a backend may take the first.
    return model === this.fields['model']
      ? this.text
      : replaceSpans(this.text, memberSpans(this.text, 'model'), JSON.stringify(model));
  }
}

async function readText(request: Request): Promise<string> {
  try {
    return await request.text();
  } catch {
    throw unreadable();
  }
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
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
  return words.replace(/[:\s]*["'`].*$/s, '') || 'unexpected text';
}
