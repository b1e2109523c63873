import type { Endpoint } from '../../core/exchange.ts';
import { asString, type JsonObject } from '../../lib/json.ts';

/** Speech is paid for by the characters that are read out, where its answer, a sound, tells no tokens. */
export function askedUnits({ target }: Endpoint, fields: JsonObject): Record<string, number> | undefined {
  const text = target === '/audio/speech' ? asString(fields['input']) : undefined;
  return text === undefined ? undefined : { character: text.length };
}
