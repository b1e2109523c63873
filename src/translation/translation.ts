import { randomBytes } from 'node:crypto';

import { AnswerWork } from '../core/answer-work.ts';
import type { Conversation } from '../core/conversation.ts';
import { CompletionBuilder, unfold, type Completion } from '../core/completion.ts';
import type { Exchange } from '../core/exchange.ts';
import { type Injection, withInjection } from '../core/injection.ts';
import type { ItemStore } from '../core/item-store.ts';
import { required } from '../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../core/unsupported-feature-error.ts';
import { quirksFor } from '../core/quirks.ts';
import type { Quirks, Route } from '../core/route.ts';
import type { Work, WorkLimits } from '../core/work.ts';
import { parseKeepingLongNumbers } from '../lib/exact-json.ts';
import type { JsonObject } from '../lib/json.ts';
import { asObject } from '../lib/json.ts';
import { wellFormedJson } from '../lib/well-formed.ts';
import type { EncodedRequest, Reply, StreamDecoder, StreamEncoder } from '../protocols/codec.ts';
import type { GatewayError } from '../core/gateway-error.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { workOf } from '../core/body-work.ts';
import { droppedOf, namesOf } from './dropped-names.ts';
import { estimateTokens } from './estimate.ts';
import { ownOutputLimit } from './output-limit.ts';
import { hidesThoughts, ThoughtlessStream, withoutThoughts } from './hidden-thoughts.ts';

/** One attempt's way from the client's dialect to a backend's and back. */
export interface Translation {
  /** Path and query after the backend's base URL. */
  readonly target: string;
  readonly body: string;
  /** Headers that the body needs. */
  readonly headers: Readonly<Record<string, string>>;
  /** What had to be left out, in the words of the client's dialect. */
  readonly dropped: readonly string[];
  /** The limit of output tokens that the backend's dialect demands, where the client has set none. */
  readonly outputLimit?: number | undefined;
  /** The answer, where the gateway can give it itself: an estimate of tokens. */
  readonly estimate?: string | undefined;
  /** A good plain answer of the backend in the client's dialect. Throws MalformedAnswer, and TooComplex. */
  answer(json: unknown): string;
  /** A streamed answer likewise, event by event. */
  stream(): StreamTranslation;
  /** A streamed answer as a plain one. */
  collect(): StreamCollection;
}

/** Takes a backend's events; gives at their end what `answer` gives of a plain answer. Throws MalformedAnswer, and TooComplex. */
export interface StreamCollection {
  push(event: unknown, name: string | undefined): void;
  answer(): string;
}

/** Takes a backend's events; gives SSE text for the client. */
export interface StreamTranslation {
  push(event: unknown, name: string | undefined): string;
  end(): string;
  /** The error event with which the stream breaks off; undefined where the client's dialect has one that stands for itself. */
  fail(error: GatewayError): string | undefined;
}

/** The two ends of a translation. */
export interface Ends {
  readonly client: Protocol;
  readonly upstream: Protocol;
}

/** What a translation is made with. */
export interface TranslationContext {
  /** The serving alias's system prompt. */
  readonly injection: Injection | undefined;
  readonly itemStore: ItemStore;
  /** How much work the exchange may make. */
  readonly limits: WorkLimits;
  /** Holds so many UTF-16 units of a streamed answer. Throws an error if there is no room for them. */
  readonly hold: (units: number) => void;
}

/**
 * Translates a request for a route. Throws UnsupportedFeatureError, TooComplex, or a Refusal for a request that its own dialect does
 * not know.
 */
export function translate(exchange: Exchange, route: Route, ends: Ends, context: TranslationContext): Translation {
  switch (exchange.endpoint?.operation) {
    case 'generate':
      return translateGenerate(exchange, route, ends, context);
    case 'count_tokens':
      return translateCount(exchange, route, ends, context);
    case 'embed':
      return translateEmbed(exchange, route, ends);
    default:
      throw new UnsupportedFeatureError(required(exchange.path, 'is an endpoint that this backend does not have'));
  }
}

function translateGenerate(
  exchange: Exchange,
  route: Route,
  { client, upstream }: Ends,
  { injection, itemStore, limits, hold }: TranslationContext,
): Translation {
  const work = workOf(exchange, limits);
  const conversation = conversationOf(exchange, client, work);
  const { stream } = conversation;
  const addressee = { model: route.model, quirks: quirksOf(route), work: work.forAttempt() };
  const encoded = upstream.codec.encodeRequest(withInjection(conversation, injection), addressee);
  // Nothing of the answer depends on what was said before; a long stream must not keep it in memory.
  const reply: Reply = {
    conversation: { ...conversation, turns: [] },
    model: exchange.askedName ?? route.model,
    // Never made of what the client chose: others could know it.
    id: randomBytes(16).toString('hex'),
    now: exchange.startedAtWall,
    keep: (id, json) => itemStore.keep(exchange.callerId, id, json),
  };
  const decoderOf = (work: AnswerWork): StreamDecoder => {
    const decoder = encoded.decodeStream(work);
    return hidesThoughts(conversation) ? new ThoughtlessStream(decoder) : decoder;
  };
  return {
    target: upstream.wire.address('generate', { model: route.model, stream }) ?? '',
    body: wellFormedJson(encoded.body),
    headers: encoded.headers ?? {},
    dropped: droppedOf(conversation, encoded, client),
    outputLimit: ownOutputLimit(conversation, encoded.body, upstream),
    answer: (json) => answerText(encoded, json, reply, { client, work: new AnswerWork(limits) }),
    stream: () => {
      const work = new AnswerWork(limits, hold);
      return new EventTranslation(decoderOf(work), client.codec.encodeStream({ ...reply, work }));
    },
    collect: () => {
      const work = new AnswerWork(limits, hold);
      return new Collection(decoderOf(work), (completion) =>
        JSON.stringify(client.codec.encodeAnswer(completion, { ...reply, work })),
      );
    },
  };
}

/** With what the backend has been found to refuse. */
function quirksOf({ backend, model }: Route): Quirks {
  const { live } = backend;
  const quirks = quirksFor(backend.quirks, model);
  return live.refusesUsage ? { ...quirks, fields: { ...quirks.fields, stream_options: false } } : quirks;
}

function answerText(
  encoded: EncodedRequest,
  json: unknown,
  asked: Reply,
  { client, work }: { readonly client: Protocol; readonly work: AnswerWork },
): string {
  const { codec } = client;
  const answered = encoded.decodeAnswer(json, work);
  const completion = hidesThoughts(asked.conversation) ? withoutThoughts(answered) : answered;
  const reply = { ...asked, work };
  if (!reply.conversation.stream) return JSON.stringify(codec.encodeAnswer(completion, reply));
  const encoder = codec.encodeStream(reply);
  let text = '';
  for (const event of unfold(completion)) text += encoder.push(event);
  return text + encoder.end();
}

class EventTranslation implements StreamTranslation {
  constructor(
    private readonly decoder: StreamDecoder,
    private readonly encoder: StreamEncoder,
  ) {}

  push(event: unknown, name: string | undefined): string {
    let text = '';
    for (const said of this.decoder.push(event, name)) text += this.encoder.push(said);
    return text;
  }

  end(): string {
    let text = '';
    for (const said of this.decoder.end()) text += this.encoder.push(said);
    return text + this.encoder.end();
  }

  fail(error: GatewayError): string | undefined {
    return this.encoder.fail?.(error);
  }
}

class Collection implements StreamCollection {
  readonly #builder = new CompletionBuilder();

  constructor(
    private readonly decoder: StreamDecoder,
    private readonly written: (completion: Completion) => string,
  ) {}

  push(event: unknown, name: string | undefined): void {
    for (const said of this.decoder.push(event, name)) this.#builder.push(said);
  }

  answer(): string {
    for (const said of this.decoder.end()) this.#builder.push(said);
    return this.written(this.#builder.build());
  }
}

function translateCount(
  exchange: Exchange,
  route: Route,
  { client, upstream }: Ends,
  { injection, limits }: TranslationContext,
): Translation {
  const work = workOf(exchange, limits);
  const conversation = withInjection(conversationOf(exchange, client, work), injection);
  const answer = (tokens: number): string => JSON.stringify(client.codec.counting?.encodeCountAnswer(tokens));
  const { counting } = upstream.codec;
  const target = upstream.wire.address('count_tokens', { model: route.model, stream: false });
  if (counting === undefined || target === undefined) {
    return { ...NOTHING_SENT, estimate: answer(estimateTokens(conversation)) };
  }
  const addressee = {
    model: route.model,
    quirks: quirksFor(route.backend.quirks, route.model),
    work: work.forAttempt(),
  };
  return {
    ...NOTHING_SENT,
    target,
    body: wellFormedJson(counting.encodeCount(conversation, addressee)),
    answer: (json) => answer(counting.decodeCount(json) ?? estimateTokens(conversation)),
  };
}

function translateEmbed(exchange: Exchange, route: Route, { client, upstream }: Ends): Translation {
  const from = client.codec.embedding;
  const to = upstream.codec.embedding;
  const target = upstream.wire.address('embed', { model: route.model, stream: false });
  if (from === undefined || to === undefined || target === undefined) {
    throw new UnsupportedFeatureError(required(exchange.path, 'asks for embeddings, which this backend does not make'));
  }
  const request = from.decodeRequest(exchange.body?.fields ?? {});
  const addressee = { model: route.model, quirks: quirksFor(route.backend.quirks, route.model) };
  return {
    ...NOTHING_SENT,
    target,
    body: wellFormedJson(to.encodeRequest(request, addressee)),
    dropped: namesOf(request.unsupported),
    answer: (json) => {
      const embeddings = to.decodeAnswer(json);
      return JSON.stringify(from.encodeAnswer(embeddings, request, exchange.askedName ?? route.model));
    },
  };
}

const NOTHING_SENT: Translation = {
  target: '',
  body: '',
  headers: {},
  dropped: [],
  answer: () => '',
  stream: () => {
    throw new Error('this endpoint does not stream');
  },
  collect: () => {
    throw new Error('this endpoint does not stream');
  },
};

/** The request in neutral form, read once. Throws UnsupportedFeatureError for what only the client's own dialect knows and means. */
function conversationOf(exchange: Exchange, client: Protocol, work: Work): Conversation {
  const { stream } = exchange;
  const conversation = exchange.conversationBy(() => client.codec.decodeRequest(fieldsOf(exchange), { stream, work }));
  for (const each of conversation.unsupported) {
    if (each.type === 'required') throw new UnsupportedFeatureError(each);
  }
  return conversation;
}

/** The request's fields. What is written anew from them is to have the long numbers that the client wrote. */
function fieldsOf({ body }: Exchange): JsonObject {
  if (body?.text === undefined) return body?.fields ?? {};
  return asObject(parseKeepingLongNumbers(body.text)) ?? body.fields;
}
