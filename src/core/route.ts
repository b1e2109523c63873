import type { LogBodies } from './caller.ts';
import type { BackendLive, ModelLive, LatencyStats } from './backend-live.ts';
import type { Body, Operation } from './exchange.ts';
import type { Hedge } from './hedge-live.ts';
import type { Cancellation } from '../lib/cancellation.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Effort } from './effort.ts';
import type { ProtocolName } from './part.ts';
import type { SecretSource } from './scrubber.ts';
import type { Upload } from './upload.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/** The limits in time of one attempt and its exchange, in milliseconds; `Infinity` where the config says 0 (off). */
export interface Timeouts {
  readonly connectMs: number;
  /** Undefined where the config sets none: then it goes by whether the model thinks. */
  readonly firstByteMs: number | undefined;
  readonly readMs: number;
  readonly writeMs: number;
  /** Of the backend or the gateway. What an alias sets counts where that alias was asked for (see `Alias.totalMs`). */
  readonly totalMs: number;
}

/** What cools down: a model at a backend. */
export function routeKey(backend: string, model: string): string {
  return `${backend}\0${model}`;
}

/** How the routes of one priority are ordered. */
export type Balance = 'random' | 'round_robin' | 'least_busy' | 'latency' | 'session';

/** What is sent to a backend. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query after the backend's base URL: `/chat/completions?x=1`. */
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  /** What the body was made from, if it was. */
  readonly source?: Pick<Body, 'partsOf'> | undefined;
  /** Cancels it, whatever has come of it. */
  readonly cancellation: Cancellation;
  /** A body that is not held; there is no `body` then. */
  readonly upload?: Upload | undefined;
  /** What is asked of which model, for backends that put it elsewhere; undefined for a health check. */
  readonly call?: UpstreamCall | undefined;
  /** Told when a connection has to be opened for it, by transports that know. */
  readonly connection?: ConnectionListener | undefined;
}

/** Who minds how long it takes to connect. */
export interface ConnectionListener {
  /** There is no connection for the request yet, and one is being opened. */
  connecting(): void;
  /** It is open, its TLS handshake done. */
  connected(): void;
  /** More of an upload has gone out. */
  uploading(): void;
}

/** What is asked of which model. */
export interface UpstreamCall {
  readonly operation: Operation;
  readonly model: string;
  readonly stream: boolean;
}

/** A header that carries a key: `prefix` stands in front of it (`Bearer `). */
export interface CredentialHeader {
  /** Lower case. */
  readonly name: string;
  readonly prefix: string;
}

/** How a backend of chat completions is told whether and how much to think. Members are joined to the request's body. */
export interface ThinkingControl {
  /** What turns thinking on; default: the effort does. */
  readonly on?: JsonObject | undefined;
  /** What turns it off; default: the effort `none`, where the model has it. */
  readonly off?: JsonObject | undefined;
  /**
   * The member for the effort (`reasoning.effort` is one within `reasoning`), and its words, least first; default: those
   * that the model has.
   */
  readonly effort?:
    | {
        readonly field: string;
        readonly words?: readonly Effort[] | undefined;
        /** The words are this backend's for the model, whatever others call them. */
        readonly exact?: boolean | undefined;
      }
    | undefined;
  /** The member for a number of tokens, likewise, with its bounds. It stands beside the effort or for it: `both`. */
  readonly budget?: {
    readonly field: string;
    readonly least: number;
    readonly most?: number | undefined;
    readonly both?: boolean | undefined;
  };
  /** What keeps the thoughts out of the answer. */
  readonly hide?: JsonObject | undefined;
  /** What every request has to say for thoughts to come where they are read: apart from the text. */
  readonly always?: JsonObject | undefined;
}

/** What a model that is no Claude takes of Anthropic's Messages API, unlike most others. */
export interface MessagesTraits {
  /** `adaptive` is without an effort and a `display` here; `unsaid`: the request does not speak of thinking. */
  readonly thinking?: 'none' | 'budget' | 'adaptive' | 'unsaid';
  /** How thinking is turned off; `never`: it cannot be. */
  readonly off?: 'disabled' | 'never';
  /** The words of `output_config.effort`, least first. */
  readonly efforts?: readonly Effort[];
  /** `none`: no temperature and the like. */
  readonly sampling?: 'free' | 'none';
  /** Stop sequences have an effect. */
  readonly stops?: boolean;
}

/** How a backend differs from its dialect, where the gateway writes the request itself. */
export interface Quirks {
  /** Chat: what it calls the limit of an answer's tokens; default `max_tokens`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens' | undefined;
  /**
   * Chat: fields that it takes or refuses, unlike most: `{"top_k": true, "stream_options": false}`. Most take OpenAI's
   * older ones; `top_k`, `min_p`, `verbosity` and `tools.custom` (with `allowed_tools`) are sent to those only that are
   * said to take them. `response_format.json_schema: false`: it knows JSON, but no schema of it;
   * `reasoning_effort.minimal: false`: nor that word, for which the nearest that it knows is sent.
   * `messages.reasoning_content: false`: a message with thoughts in other fields than its own is refused.
   *
   * Messages: `thinking.between_tools: false`, a word of the newest models for the least thinking.
   *
   * Of tools: `tools.strict: false` (no schema is exact), `tool_choice: false` (it does not heed it),
   * `tool_choice.function: false` (it takes words alone, so that no other tool is offered than the one demanded),
   * `tool_choice.auto: false`. Of formats: `response_format.json_object: false`, and
   * `response_format.tools: false` or `.stream: false` where they do not go together.
   */
  readonly fields?: Readonly<Record<string, boolean>> | undefined;
  /** Chat and Responses: it takes system messages only before all others, as most templates of open models do. */
  readonly systemFirst?: boolean | undefined;
  /** Chat: how it is told whether and how much to think; default: by `reasoning_effort`. */
  readonly thinking?: ThinkingControl | undefined;
  /** Chat: the user must begin, and user and assistant must alternate, as templates of open models demand. */
  readonly turnsAlternate?: boolean | undefined;
  /** Chat: the last message must be the user's. It does not continue an answer at the end of the messages. */
  readonly userLast?: boolean | undefined;
  /** Chat: where it wants earlier thoughts back (`thinking`: as a part of the content); default: nowhere. */
  readonly reasoningBack?: 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'thinking' | undefined;
  /**
   * Which assistant turns need their thoughts; `calls`: those that call tools. If a client has none, a blank replaces
   * them: an empty text counts as missing.
   */
  readonly thoughtsNeeded?: 'calls' | 'all' | undefined;
  /**
   * Chat: how it takes documents: `data` (default) as bytes only, `url` as a URL, too, `document_url` in a part of that
   * name, `none` not at all.
   */
  readonly documents?: 'data' | 'url' | 'document_url' | 'none' | undefined;
  /** Chat: what it calls the seed; default `seed`. */
  readonly seedField?: 'random_seed' | undefined;
  /** Chat: ids of tool calls have to be nine letters and digits (9), or may have 40 characters at most (40). */
  readonly callIdLength?: 9 | 40 | undefined;
  /** Chat: it refuses a user message right after a tool result. */
  readonly noUserAfterTool?: boolean | undefined;
  /** Chat: the fields that it refuses or ignores while it thinks. `tool_choice` applies everywhere. */
  readonly refusedThinking?: readonly string[] | undefined;
  /** Chat: what rules out thinking: tools, or an answer that is not streamed. Thinking is turned off then. */
  readonly unthinkingWith?: 'tools' | 'plain' | undefined;
  /** Whether a tool can be forced: never, not while it thinks, then not and only by name (`named`); default: always. */
  readonly forcedTools?: 'never' | 'unthinking' | 'named' | undefined;
  /** Chat: the bounds of numeric fields. A value outside becomes the nearest one. */
  readonly ranges?: Readonly<Record<string, readonly [least: number, most: number]>> | undefined;
  /** Chat: what it calls the id of an end user; default `user`. `user_id` has letters, digits, `_` and `-` alone. */
  readonly userField?: 'user' | 'user_id' | undefined;
  /** `data`: it takes the bytes of an image only, no URL (chat); `none`: the model takes no images. */
  readonly images?: 'data' | 'none' | undefined;
  /** Messages: `false` where no system's turn may stand between others; default: as the model takes it. */
  readonly systemTurns?: false | undefined;
  /** Messages: `false` where it has no strict tools and output formats; default: as the model has them. */
  readonly structured?: false | undefined;
  /** Messages: `false` if it takes no URL of an image or a document. */
  readonly mediaUrls?: false | undefined;
  /** Gemini: `false` where models before the third generation refuse ids of calls. */
  readonly callIds?: false | undefined;
  /** Responses: the words of effort that it takes of every model; default: those of the model. */
  readonly efforts?: readonly Effort[] | undefined;
  /** Responses: messages need `type: "message"`. */
  readonly typedMessages?: true | undefined;
  /** Responses: `max_output_tokens` where the client set none, which has to be there. */
  readonly defaultMaxTokens?: number | undefined;
  /** Chat: models that are said to take tools only while they do not think (`ModelFacts.toolsUnthinking`) are so here. */
  readonly toolsUnthinking?: true | undefined;
  /** How many stop sequences it takes; default: any number. */
  readonly mostStops?: number | undefined;
  /** Chat: the longest stop sequence in bytes of UTF-8. Longer ones are left out. */
  readonly longestStop?: number | undefined;
  /** Which of its dialects other dialects are translated to; default: its first. */
  readonly translated?: ProtocolName | undefined;
  /** Which of its dialects do not serve the model. */
  readonly lacks?: readonly ProtocolName[] | undefined;
  /** Messages: what a model takes, where it is no Claude. */
  readonly messages?: MessagesTraits | undefined;
  /** The same where a request loses something in it: its other dialects say less, or older versions lack them. */
  readonly translatedAlways?: boolean | undefined;
  /** What is otherwise for some of its models. The first that fits counts, over all the above. */
  readonly models?: readonly (readonly [name: Pick<RegExp, 'test'>, quirks: Quirks])[] | undefined;
}

/** A provider to send requests to. Immutable, but for `live`, which outlives reloads. */
export interface Backend {
  readonly name: string;
  readonly apiKey: string | undefined;
  /** Extra headers of the config. */
  readonly headers: Readonly<Record<string, string>>;
  readonly live: BackendLive;
  /** Host and port, for whoever is told that it could not be reached; undefined where it is not reached over a network. */
  readonly place?: string | undefined;
  /** Whose API it is, in the words of the conventions for traces; undefined: no vendor is known for it. */
  readonly provider?: string | undefined;
  /** It is told of the trace that a request belongs to. */
  readonly takesTrace?: boolean | undefined;
  /** What `Via` calls this gateway before it: it may be another gateway, or this one. Undefined: it is a vendor's own API. */
  readonly hopMark?: string | undefined;
  /** The dialects that it speaks; to clients of any other, the first is translated. Never empty. */
  readonly protocols: readonly ProtocolName[];
  /** Where its key stands; undefined: where its dialect has it; `none`: it is no header, and added on the way. */
  readonly credential: CredentialHeader | 'none' | undefined;
  readonly quirks: Quirks;
  /** What a health check sends besides the key and `headers`, since no dialect writes it. Lower case. */
  readonly checkHeaders?: Readonly<Record<string, string>> | undefined;
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** The same for uploads and downloads that have a base of their own; undefined where nothing of it is passed through. */
  readonly media?: Readonly<Record<'upload' | 'download', Backend['send']>> | undefined;
  /** What requests are authorised with beyond what the config says: keys of the environment, tokens that come and go. */
  readonly secrets?: SecretSource | undefined;
}

/** One way to serve an alias. */
export interface Route {
  readonly alias: Alias;
  readonly backend: Backend;
  /** The model's name at the backend. Of a wildcard alias: what to send for the name that was asked for. */
  readonly model: string;
  /** `model` as the config has it: the same, but of a wildcard alias. */
  readonly modelLabel: string;
  readonly priority: number;
  readonly weight: number;
  /** `backend\0model`: what cools down. */
  readonly key: string;
  readonly timeouts: Timeouts;
  /** How it has been answering, whatever a wildcard stood for. */
  readonly latency: LatencyStats;
  /** What `key` has been doing. */
  readonly live: ModelLive;
}

/** What logs and metrics call the alias and the model of a route that is of no alias: one to a response that a backend keeps. */
export const NO_ALIAS = '-';

/**
 * Until when a stream is held back after its first content: until its first text is whole, or the tool call to which
 * that leads; or until a tool call is, but text for so many milliseconds at most.
 */
export type LateCommit = 'block' | number;

/** A model name that clients use. */
export interface Alias {
  readonly name: string;
  /** What stands before the `*`; undefined for a plain name. */
  readonly prefix: string | undefined;
  readonly balance: Balance;
  /** The enabled routes by priority, best first; those of one priority together. */
  readonly tiers: readonly (readonly Route[])[];
  /** The routes that the config has switched off, alone or with their backend, for whoever asks where they are; undefined: none. */
  readonly disabled?: readonly { readonly backend: string; readonly model: string }[] | undefined;
  /** `total_timeout` where the alias sets one itself, in milliseconds. */
  readonly totalMs: number | undefined;
  /** What `round_robin` has counted, for each tier. Outlives reloads. */
  readonly roundRobinCounts: number[];
  /** When a second route is tried beside a slow first; undefined: never. */
  readonly hedge: Hedge | undefined;
  /** Until when the streams of those who ask for it are held back; undefined: until their first content. */
  readonly commit?: LateCommit | undefined;
  /** Of which of its requests the bodies are kept, where the caller's key does not say it; undefined: of none. */
  readonly logBodies?: LogBodies | undefined;
}

/** No model's name is longer, and a longer one does not belong into logs and headers. */
export const MAX_NAME_CHARS = 256;

/** An alias as one request named it: `matched` is what stood in for the `*`. */
export interface NamedAlias {
  readonly alias: Alias;
  readonly name: string;
  readonly matched: string;
}
