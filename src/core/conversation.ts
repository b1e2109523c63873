import type { Effort } from './effort.ts';
import type { CacheControl, Part, ProtocolName, TextPart } from './part.ts';
import type { UnsupportedFeature } from './unsupported-feature.ts';

/** A request to continue a conversation, in neutral form. What the neutral form has no place for is in `unsupported`. */
export interface Conversation {
  /** The system's words that come before the first turn; blocks stay separate. */
  readonly system: readonly TextPart[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice | undefined;
  readonly output?: OutputFormat | undefined;
  readonly reasoning?: Reasoning | undefined;
  readonly settings: Settings;
  readonly stream: boolean;
  /** A streamed answer is to tell its token counts (chat: `stream_options.include_usage`; elsewhere always). */
  readonly wantsUsage: boolean;
  /** What only the client's own dialect has. It matters where the request is translated. */
  readonly unsupported: readonly UnsupportedFeature[];
  /** The fields in which the client said a setting, where its dialect has several names for one. */
  readonly written?: Readonly<Partial<Record<SettingName, string>>> | undefined;
  /** What the client's own dialect has to remember of the request to write its answer; nobody else looks at it. */
  readonly own?: unknown;
}

/** What one side says in its turn. Results of tools are in a user's turn; a system's turn stands between others. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'system';
  readonly parts: readonly Part[];
  /** Who says it, where the dialect tells (chat: `name`). */
  readonly name?: string | undefined;
}

/** What the model may call. `native`: a tool that runs at the provider, which only its own dialect can offer. */
export type Tool = FunctionTool | FreeformTool | NativeTool;

/** A tool whose arguments are a JSON object. */
export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string | undefined;
  /** A JSON Schema of an object; undefined: no arguments. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly strict?: boolean | undefined;
  readonly cacheControl?: CacheControl | undefined;
  readonly origin?: ToolOrigin | undefined;
}

/**
 * What a tool is in the client's dialect, where the neutral form says less: a function of a namespace, say. For that
 * dialect's codec alone, which writes calls of the tool as its clients know it.
 */
export interface ToolOrigin {
  readonly protocol: ProtocolName;
  readonly value: unknown;
}

/** A tool that takes plain text (Responses: `custom`). Where there is no such thing it is a function with the one string `input`. */
export interface FreeformTool {
  readonly type: 'freeform';
  readonly name: string;
  readonly description?: string | undefined;
  /** The grammar, as it stood. */
  readonly format?: unknown;
  readonly origin?: ToolOrigin | undefined;
}

/** A tool that runs at the provider; the value is as it stood in the body. */
export interface NativeTool {
  readonly type: 'native';
  readonly protocol: ProtocolName;
  /** `web_search`, `code_execution_20250522`, `googleSearch`. */
  readonly name: string;
  readonly value: unknown;
}

/** Which tools the model has to call: any it likes, none, at least one, or (of) the named. */
export type ToolChoice =
  | { readonly mode: 'auto' | 'none' | 'required' }
  | { readonly mode: 'tool'; readonly name: string }
  /** Only these may be called; `required`: one of them must. */
  | { readonly mode: 'allowed'; readonly names: readonly string[]; readonly required: boolean }
  /** A tool that runs at the provider. */
  | { readonly mode: 'native'; readonly protocol: ProtocolName; readonly value: unknown };

/** The answer has to be JSON: any object, or one of a schema. */
export type OutputFormat =
  | { readonly type: 'json' }
  | {
      readonly type: 'schema';
      readonly schema: Readonly<Record<string, unknown>>;
      readonly name?: string | undefined;
      readonly description?: string | undefined;
      readonly strict?: boolean | undefined;
    };

/** How much the model is to think, and whether the client wants to see it. */
export interface Reasoning {
  readonly effort?: Effort | undefined;
  /** In tokens. */
  readonly budgetTokens?: number | undefined;
  /** The model decides how much (Anthropic: `adaptive`; Gemini: a budget of -1). */
  readonly adaptive?: boolean | undefined;
  /** False: no thinking, said in so many words. */
  readonly enabled?: boolean | undefined;
  /** The client wants to read thoughts, or their summary. */
  readonly visible?: boolean | undefined;
}

/** Single values with which an answer is made; absent where the client said nothing. */
export interface Settings {
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly minP?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly logprobs?: boolean | undefined;
  readonly topLogprobs?: number | undefined;
  readonly parallelToolCalls?: boolean | undefined;
  /** `low`, `medium`, `high`: how many words. */
  readonly verbosity?: string | undefined;
  /** An opaque id of the end user. */
  readonly user?: string | undefined;
}

/**
 * A setting, or a member of what is said, that a dialect may lack. Each dialect has its own name for it
 * (`Codec.fieldNames`).
 */
export type SettingName =
  | keyof Settings
  | 'reasoning'
  | 'output'
  | 'toolChoice'
  /** `Turn.name` */
  | 'speaker'
  /** `MediaPart.detail` and `MediaPart.name` */
  | 'mediaDetail'
  | 'mediaName';
