import type { UpstreamAnswer } from '../../src/core/upstream-answer.ts';

/** What a backend answered as a `Response`, whose ways to read a body tests like to use. */
export function responseOf({ status, headers, body }: UpstreamAnswer): Response {
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await body.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => body.cancel(),
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, { status, headers });
}
