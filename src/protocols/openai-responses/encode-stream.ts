import { AnswerWork } from '../../core/answer-work.ts';
import type { Finish } from '../../core/completion.ts';
import type { AnswerEvent } from '../../core/event.ts';
import type { Usage } from '../../core/record.ts';
import type { Reply, StreamEncoder } from '../codec.ts';
import type { GatewayError } from '../../core/gateway-error.ts';
import { errorObject, responseError } from './errors.ts';
import { SseSink } from './event-sink.ts';
import { encodeFinish } from './finish.ts';
import { OutputWriter } from './output-writer.ts';
import { itemIds, keeperOf, ResponseFrame, type Origin } from './response-object.ts';

/** Writes a streamed response. Its last event contains the usage, so it waits for the end. */
export class ResponsesStreamEncoder implements StreamEncoder {
  readonly #sink = new SseSink();
  readonly #output: OutputWriter;
  #frame: ResponseFrame | undefined;
  #usage: Usage | undefined;
  #finish: Finish = { reason: 'other', raw: undefined };

  constructor(private readonly reply: Reply) {
    const { conversation } = reply;
    this.#output = new OutputWriter({
      conversation,
      sink: this.#sink,
      newId: itemIds(reply),
      keep: keeperOf(reply),
      work: reply.work ?? new AnswerWork(),
    });
  }

  push(event: AnswerEvent): string {
    switch (event.type) {
      case 'start':
        this.#start(event);
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
      case 'finish':
        this.#finish = event.finish;
        break;
      default:
        this.#start(UNKNOWN);
        this.#output.push(event);
    }
    return this.#sink.take();
  }

  end(): string {
    const frame = this.#start(UNKNOWN);
    const ending = encodeFinish(this.#finish, this.#output);
    this.#output.close(ending.status);
    const response = frame.at({ ...ending, output: this.#output.output, usage: this.#usage });
    this.#sink.send(`response.${ending.status}`, { response });
    return this.#sink.take();
  }

  fail(error: GatewayError): string {
    const frame = this.#start(UNKNOWN);
    const told = errorObject(error);
    const response = frame.at({
      status: 'failed',
      error: responseError(told),
      incomplete_details: null,
      output: this.#output.output,
      usage: this.#usage,
    });
    this.#sink.send('response.failed', { response, error: told });
    return this.#sink.take();
  }

  /** Writes the beginning of the response, once. */
  #start(origin: Origin): ResponseFrame {
    if (this.#frame !== undefined) return this.#frame;
    this.#frame = new ResponseFrame(this.reply, origin);
    const response = this.#frame.at({ status: 'in_progress', incomplete_details: null, output: [], usage: undefined });
    this.#sink.send('response.created', { response });
    this.#sink.send('response.in_progress', { response });
    return this.#frame;
  }
}

const UNKNOWN: Origin = { id: undefined, model: undefined };
