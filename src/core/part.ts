/** One piece of what somebody said, in neutral form: a superset of what the dialects have. */
export type Part = TextPart | RefusalPart | ReasoningPart | MediaPart | ToolCallPart | ToolResultPart | NativePart;

/** Words. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[] | undefined;
  /** It begins a message of its own: the text before it, if any, is another. Otherwise that may go on in it. */
  readonly ownMessage?: boolean | undefined;
  /** Gemini signs texts, too. */
  readonly signature?: Signature | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/** The model's words for why it does not answer. */
export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
  /** As of a text. */
  readonly ownMessage?: boolean | undefined;
}

/** What the model thought. With a signature and no text, all there is of it is encrypted. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  /** May be empty. Where the provider gives a summary only, the summary. */
  readonly text: string;
  readonly signature?: Signature | undefined;
  /** The signature holds all of it: Anthropic's `redacted_thinking`. */
  readonly redacted?: boolean | undefined;
  /** The provider's own id of the item (Responses: `rs_…`), to be sent back with it. */
  readonly id?: string | undefined;
}

/** An image, a sound, a document or a film. */
export interface MediaPart {
  readonly type: 'media';
  readonly kind: 'image' | 'audio' | 'document' | 'video';
  readonly source: MediaSource;
  /** How closely an image is to be looked at, in OpenAI's words: `low`, `high`, `auto`, `original`. */
  readonly detail?: string | undefined;
  /** A file's name or a document's title. */
  readonly name?: string | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/** Where the bytes are. `mediaType` is a MIME type; `data` is standard base64 without a `data:` head. */
export type MediaSource =
  | { readonly from: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly from: 'url'; readonly url: string; readonly mediaType?: string | undefined }
  | { readonly from: 'text'; readonly text: string; readonly mediaType: string }
  /** A file kept at the provider whose dialect this is; nobody else can read it. */
  | {
      readonly from: 'file';
      readonly id: string;
      readonly protocol: ProtocolName;
      readonly mediaType?: string | undefined;
    };

/** The model wants a tool called. */
export interface ToolCallPart {
  readonly type: 'tool_call';
  /** Never empty: decoders make one up (see `generatedId`) where the dialect has none. */
  readonly id: string;
  readonly name: string;
  /** The JSON text of an object as the model wrote it; of a freeform tool, its plain text. */
  readonly arguments: string;
  readonly freeform?: boolean | undefined;
  /** Gemini signs calls. */
  readonly signature?: Signature | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/** What a tool gave back; stands in a user's turn. */
export interface ToolResultPart {
  readonly type: 'tool_result';
  readonly callId: string;
  /** The tool's name, where the dialect tells it here; others look it up by the call. */
  readonly name?: string | undefined;
  readonly content: readonly (TextPart | MediaPart)[];
  readonly isError?: boolean | undefined;
  /** The answer to a freeform call. */
  readonly freeform?: boolean | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/** What only its own dialect knows: the traces of tools that run at the provider, say. Others leave it out and name it. */
export interface NativePart {
  readonly type: 'native';
  readonly protocol: ProtocolName;
  /** Its type in that dialect: `web_search_call`, `server_tool_use`. */
  readonly kind: string;
  /** As it stood in the body. */
  readonly value: unknown;
}

/** A dialect's name, as in the registry of dialects. */
export type ProtocolName = string;

/** A provider's mark that the caching of prompts may end here, as it stood: `{type: "ephemeral", ttl?: "1h"}`. A hint. */
export type CacheControl = Readonly<Record<string, unknown>>;

/**
 * What proves to a provider that reasoning, a text or a call is its model's own: Anthropic's `signature`, Gemini's
 * `thoughtSignature`, Responses' `encrypted_content`. It means something to the model that made it only, and must come
 * back to it unchanged.
 */
export interface Signature {
  readonly protocol: ProtocolName;
  /** The model that made it, as its backend calls it; undefined where nobody knows any more. */
  readonly model?: string | undefined;
  readonly value: string;
}

/** A place that a text refers to. */
export interface Citation {
  /** `url`: a page of the web; `document`: a document of the request; `file`: one kept at the provider. */
  readonly kind: 'url' | 'document' | 'file';
  readonly url?: string | undefined;
  readonly title?: string | undefined;
  /** The words of the source. */
  readonly citedText?: string | undefined;
  /** What of the text it belongs to, in UTF-16 units: [start, end). */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** Of a document: which one of the request's, from 0. */
  readonly documentIndex?: number | undefined;
  readonly fileId?: string | undefined;
}
