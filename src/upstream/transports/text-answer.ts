import type { UpstreamAnswer } from '../../core/upstream-answer.ts';
import { answerOf } from './response-answer.ts';

/** What is read of an answer that is read as a text here: of errors, nobody writes more. */
const MOST_BYTES = 1024 * 1024;

/** An answer whose body is written here. */
export function textAnswer(
  text: string,
  init: { readonly status?: number; readonly headers: Headers },
): UpstreamAnswer {
  return answerOf(new Response(text, init));
}

/** An answer's body as a text; of one over 1 MiB the beginning, and the rest is given up. */
export async function textOf({ body }: UpstreamAnswer): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for (;;) {
    const { done, value } = await body.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    bytes += value.byteLength;
    if (bytes > MOST_BYTES) {
      body.cancel();
      return text;
    }
  }
}
