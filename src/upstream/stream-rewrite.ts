import type { GatewayError } from '../core/gateway-error.ts';
import type { Frames, Protocol } from '../protocols/protocol.ts';
import type { StreamTranslation } from '../translation/translation.ts';
import { framed, framedError } from '../translation/framing.ts';
import type { AttemptContext } from './settle.ts';

/** Says the events of a backend anew, for a client who speaks another dialect or wants them framed in another way. */
export class StreamRewrite {
  /** Undefined where events can pass as they are. */
  static for({ client, translation }: AttemptContext): StreamRewrite | undefined {
    const { framing } = client.stream;
    if (translation === undefined && framing === undefined) return undefined;
    return new StreamRewrite(client, translation?.stream(), framing?.open());
  }

  private constructor(
    private readonly client: Protocol,
    private readonly translation: StreamTranslation | undefined,
    private readonly frames: Frames | undefined,
  ) {}

  /** The backend speaks the client's dialect: its own error is one that the client knows. */
  get isSameDialect(): boolean {
    return this.translation === undefined;
  }

  /** An event with this data, which `event` is when parsed. */
  push(data: string, event: unknown, name: string | undefined): string {
    if (this.translation === undefined) return this.frames?.frame(data) ?? '';
    return this.#framed(this.translation.push(event, name));
  }

  /** The backend's own error event, where it passes. */
  pushError(data: string): string {
    return this.frames?.error(data) ?? '';
  }

  /** The answer is complete. */
  end(): string {
    const last = this.translation === undefined ? this.client.stream.end : this.translation.end();
    return this.#framed(last) + (this.frames?.end() ?? '');
  }

  /** The error with which the stream breaks off. */
  error(error: GatewayError): string {
    return this.errorEvent(this.translation?.fail(error) ?? this.client.errors.event(error));
  }

  /** The same as an event of the client's dialect. */
  errorEvent(event: string): string {
    return framedError(event, this.frames);
  }

  #framed(events: string): string {
    return this.frames === undefined || events === '' ? events : framed(events, this.frames);
  }
}
