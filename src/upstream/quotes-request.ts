import type { Exchange } from '../core/exchange.ts';

/** So many characters in a row are no coincidence. */
const RUN_CHARS = 12;
const STEP_CHARS = 4;
/** In a longer body nothing is looked for: it is taken to be quoted. */
const MOST_BODY_CHARS = 4 * 1024 * 1024;

/**
 * Whether an upstream's words may be the client's own: a run of them stands in the request. The name of the model, which
 * stands there too, is nobody's secret.
 */
export function quotesRequest(words: string, { body, askedName }: Exchange, model: string): boolean {
  if (body === undefined) return true;
  const text = body.text ?? Object.values(body.fields).join('\n');
  if (text.length > MOST_BODY_CHARS) return true;
  const names = [model, askedName ?? ''].filter((name) => name !== '');
  const rest = names.reduce((left, name) => left.replaceAll(name, '\0'), words);
  for (let at = 0; at + RUN_CHARS <= rest.length; at += STEP_CHARS) {
    const run = rest.slice(at, at + RUN_CHARS);
    if (!run.includes('\0') && text.includes(run)) return true;
  }
  return false;
}
