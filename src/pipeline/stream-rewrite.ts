import type { Failure } from '../core/failure.ts';
import { dataLines } from '../protocols/sse.ts';
import type { Framing, Protocol } from '../protocols/protocol.ts';
import type { StreamCrossing } from './crossing.ts';
import type { AttemptRun } from './settle.ts';
import { translateError } from './translate-error.ts';

/** Says the events of a backend anew, for a client who speaks another dialect or wants them framed in another way. */
export class StreamRewrite {
  /** Undefined where events can pass as they are. */
  static for({ client, crossing }: AttemptRun): StreamRewrite | undefined {
    const { framing } = client.stream;
    if (crossing === undefined && framing === undefined) return undefined;
    return new StreamRewrite(client, crossing?.stream(), framing?.open());
  }

  private constructor(
    private readonly client: Protocol,
    private readonly crossing: StreamCrossing | undefined,
    private readonly frames: ReturnType<Framing['open']> | undefined,
  ) {}

  /** An event with this data, which `event` is when parsed. */
  push(data: string, event: unknown, name: string | undefined): string {
    if (this.crossing === undefined) return this.frames?.frame(data) ?? '';
    return this.#framed(this.crossing.push(event, name));
  }

  /** The answer is complete. */
  end(): string {
    if (this.crossing === undefined) return this.client.stream.end;
    const last = this.#framed(this.crossing.end());
    return this.frames === undefined ? last : last + this.client.stream.end;
  }

  /** The backend's own error event. */
  error(failure: Failure): string {
    return this.client.errors.event(translateError(failure, this.client));
  }

  #framed(events: string): string {
    const { frames } = this;
    if (frames === undefined || events === '') return events;
    let text = '';
    for (const event of events.split('\n\n')) {
      const data = dataLines(event).join('\n');
      if (data !== '') text += frames.frame(data);
    }
    return text;
  }
}
