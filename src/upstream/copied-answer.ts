import type { BodyCopy } from '../core/body-copy.ts';
import type { AttemptBodies } from '../core/exchange-bodies.ts';
import type { BodyChunk, UpstreamAnswer, UpstreamBody } from '../core/upstream-answer.ts';

/** The same answer, of which what is read is copied for the ledger. */
export function copiedAnswer(answer: UpstreamAnswer, bodies: AttemptBodies): UpstreamAnswer {
  const { status, headers } = answer;
  return { status, headers, body: new CopiedBody(answer.body, bodies.begins(answer)) };
}

class CopiedBody implements UpstreamBody {
  constructor(
    private readonly body: UpstreamBody,
    private readonly copy: BodyCopy,
  ) {}

  read(): Promise<BodyChunk> {
    return this.body.read().then(this.#seen);
  }

  takeWhole(): Uint8Array<ArrayBuffer> | undefined {
    const whole = this.body.takeWhole();
    if (whole !== undefined) this.copy.push(whole);
    return whole;
  }

  cancel(): void {
    this.body.cancel();
  }

  readonly #seen = (chunk: BodyChunk): BodyChunk => {
    if (!chunk.done) this.copy.push(chunk.value);
    return chunk;
  };
}
