/** One piece of a turn, in neutral form: a superset of what the dialects have. */
export type Part = TextPart | RefusalPart | ReasoningPart | MediaPart | ToolCallPart | ToolResultPart | NativePart;

/** A text. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[] | undefined;
  /** It begins a message of its own. Otherwise it may continue the text before it. */
  readonly ownMessage?: boolean | undefined;
  /** Gemini signs texts, too. */
  readonly signature?: Signature | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/** The model's explanation of why it does not answer. */
export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
  /** As for a text. */
  readonly ownMessage?: boolean | undefined;
}

/** A thought of the model. With a signature and no text, all of it is encrypted. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  /** May be empty. If the provider gives only a summary, the summary. */
  readonly text: string;
  readonly signature?: Signature | undefined;
  /** The signature holds all of it: Anthropic's `redacted_thinking`. */
  readonly redacted?: boolean | undefined;
  /** The provider's id of the item (Responses: `rs_…`), which must be sent back. */
  readonly id?: string | undefined;
}

/** An image, audio, a video or a document. */
export interface MediaPart {
  readonly type: 'media';
  readonly kind: 'image' | 'audio' | 'document' | 'video';
  readonly source: MediaSource;
  /** The level of detail for an image, in OpenAI's words: `low`, `high`, `auto`, `original`. */
  readonly detail?: string | undefined;
  /** A file name, or a document's title. */
  readonly name?: string | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/** Where the bytes are. `mediaType` is a MIME type. `data` is standard base64 without the `data:` prefix. */
export type MediaSource =
  | { readonly from: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly from: 'url'; readonly url: string; readonly mediaType?: string | undefined }
  | { readonly from: 'text'; readonly text: string; readonly mediaType: string }
  /** A file kept at a provider of this dialect. Nobody else can read it. */
  | {
      readonly from: 'file';
      readonly id: string;
      readonly protocol: ProtocolName;
      readonly mediaType?: string | undefined;
    };

/** The model calls a tool. */
export interface ToolCallPart {
  readonly type: 'tool_call';
  /** Never empty: decoders generate one (see `generatedId`) if the dialect has none. */
  readonly id: string;
  readonly name: string;
  /** The JSON text of an object as the model wrote it; for a freeform tool, its plain text. */
  readonly arguments: string;
  readonly freeform?: boolean | undefined;
  /** Gemini signs calls. */
  readonly signature?: Signature | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/** The result of a tool call. It is part of a user turn. */
export interface ToolResultPart {
  readonly type: 'tool_result';
  readonly callId: string;
  /** The tool's name, if the dialect has it here. Others find it by the call. */
  readonly name?: string | undefined;
  readonly content: readonly (TextPart | MediaPart)[];
  readonly isError?: boolean | undefined;
  /** The result of a freeform call. */
  readonly freeform?: boolean | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/**
 * A part that only its own dialect knows, such as the trace of a tool that runs at the provider. Other dialects leave
 * it out and report it.
 */
export interface NativePart {
  readonly type: 'native';
  readonly protocol: ProtocolName;
  /** Its type in that dialect: `web_search_call`, `server_tool_use`. */
  readonly kind: string;
  /** As in the body. */
  readonly value: unknown;
}

/** A dialect's name, as in the registry of dialects. */
export type ProtocolName = string;

/**
 * A cache mark as in the body: `{type: "ephemeral", ttl?: "1h"}`. The provider may cache the prompt up to here. A hint.
 */
export type CacheControl = Readonly<Record<string, unknown>>;

/**
 * Proves to a provider that its model made a thought, a text or a call: Anthropic's `signature`, Gemini's
 * `thoughtSignature`, Responses' `encrypted_content`. Only the model that made it can read it, and it must come back
 * unchanged.
 */
export interface Signature {
  readonly protocol: ProtocolName;
  /** The model that made it, by its name at the backend; undefined if unknown. */
  readonly model?: string | undefined;
  readonly value: string;
}

/** A source of a text. */
export interface Citation {
  /** `url`: a web page; `document`: a document of the request; `file`: a file kept at the provider. */
  readonly kind: 'url' | 'document' | 'file';
  readonly url?: string | undefined;
  readonly title?: string | undefined;
  /** The quoted text of the source. */
  readonly citedText?: string | undefined;
  /** The range of the text that cites it, in UTF-16 units: [start, end). */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** Which document of the request, from 0. */
  readonly documentIndex?: number | undefined;
  readonly fileId?: string | undefined;
}
