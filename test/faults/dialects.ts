// The dialects of a campaign, as its clients and its upstreams speak them: text alone, written and read by hand.
import type { Json } from '../kit/json.ts';
import type { SeenRequest } from '../kit/upstream.ts';
import { anthropic } from './dialects/anthropic.ts';
import { chat } from './dialects/chat.ts';
import { gemini, geminiArray } from './dialects/gemini.ts';
import { responses } from './dialects/responses.ts';

/** A dialect from the side of its clients. */
export interface ClientDialect {
  readonly name: string;
  request(ask: { readonly model: string; readonly stream: boolean; readonly prompt: string; readonly key: string }): {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Json;
  };
  /** What the parsed body of an answer says; throws where it is none. */
  readAnswer(body: Json): Said;
  /** The error that a parsed body is, if it is one. */
  readError(body: Json): ErrorSaid | undefined;
  /** Reads the text of a stream; throws where it is none of this dialect. */
  readStream(text: string): StreamSaid;
}

/** A dialect from the side of its backends. */
export interface BackendDialect {
  /** As `backends[].protocol` has it. */
  readonly name: string;
  /** What was asked; undefined where the request is of another dialect. */
  asked(
    request: SeenRequest,
  ): { readonly prompt: string; readonly model: string; readonly stream: boolean } | undefined;
  /** The key that the request came with. */
  keyIn(headers: SeenRequest['headers']): string | undefined;
  answer(words: readonly string[]): Json;
  events(words: readonly string[]): StreamTold;
  error(error: {
    readonly status: number;
    readonly message: string;
    readonly type: string;
    readonly code: string | null;
  }): Json;
  /** The error as the event of a stream. */
  errorEvent(error: Json): string;
}

export interface Said {
  readonly said: string;
  /** It has the reason why it ended, and that is that all was said. */
  readonly finished: boolean;
}

export interface ErrorSaid {
  readonly message: unknown;
  readonly code: string | undefined;
}

export interface StreamSaid extends Said {
  /** It has what tells its clients that it is whole. */
  readonly ended: boolean;
  readonly error: ErrorSaid | undefined;
  /** Events after an error, which nobody should see. */
  readonly afterError: number;
}

/** A streamed answer by what its events are for; each is the text of one. `end` is empty where the finish is the end. */
export interface StreamTold {
  readonly before: readonly string[];
  readonly content: readonly string[];
  readonly closing: readonly string[];
  readonly finish: readonly string[];
  readonly end: string;
}

export const CLIENT_DIALECTS: readonly [ClientDialect, ...ClientDialect[]] = [chat, responses, anthropic, gemini];
export const BACKEND_DIALECTS: readonly [BackendDialect, ...BackendDialect[]] = [chat, responses, anthropic, gemini];

/** The dialect in which a client that wants a stream may ask for it, or a plain answer. */
export function clientDialect(name: string): ClientDialect {
  const found = [...CLIENT_DIALECTS, geminiArray].find((dialect) => dialect.name === name);
  if (found === undefined) throw new Error(`nobody speaks ${name}`);
  return found;
}

/** The dialect in which a backend was asked. Throws where it is none. */
export function backendDialect(request: SeenRequest): BackendDialect {
  const found = BACKEND_DIALECTS.find((dialect) => dialect.asked(request) !== undefined);
  if (found === undefined) throw new Error(`${request.method} ${request.path} is of no dialect`);
  return found;
}

/** All events of a streamed answer. */
export function allOf({ before, content, closing, finish, end }: StreamTold): string[] {
  return [...before, ...content, ...closing, ...finish, ...(end === '' ? [] : [end])];
}
