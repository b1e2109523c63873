import type { Effort } from './effort.ts';
import type { CacheControl, Part, ProtocolName, TextPart } from './part.ts';
import type { UnsupportedFeature } from './unsupported-feature.ts';

/** A request to continue a conversation, in neutral form. Whatever has no place in it is in `unsupported`. */
export interface Conversation {
  /** The system texts before the first turn. Blocks stay separate. */
  readonly system: readonly TextPart[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice | undefined;
  readonly output?: OutputFormat | undefined;
  readonly reasoning?: Reasoning | undefined;
  readonly settings: Settings;
  readonly stream: boolean;
  /** A streamed answer must report its token counts (chat: `stream_options.include_usage`; elsewhere always). */
  readonly wantsUsage: boolean;
  /** What only the client's own dialect has. It matters only if the request is translated. */
  readonly unsupported: readonly UnsupportedFeature[];
  /** The field in which the client wrote a setting, if its dialect has several names for it. */
  readonly written?: Readonly<Partial<Record<SettingName, string>>> | undefined;
  /** What the client's own dialect needs of the request to write its answer. Nothing else reads it. */
  readonly own?: unknown;
}

/** One turn of the conversation. Tool results are in a user turn. System turns stand between others. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'system';
  readonly parts: readonly Part[];
  /** The speaker's name, if the dialect has it (chat: `name`). */
  readonly name?: string | undefined;
}

/** What the model may call. `native`: a tool that runs at the provider, which only its own dialect can offer. */
export type Tool = FunctionTool | FreeformTool | NativeTool;

/** A tool whose arguments are a JSON object. */
export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string | undefined;
  /** A JSON Schema of an object; undefined: no parameters. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly strict?: boolean | undefined;
  readonly cacheControl?: CacheControl | undefined;
  readonly origin?: ToolOrigin | undefined;
}

/**
 * A tool in the client's dialect, if the neutral form says less: a function of a namespace, for example. Only that
 * dialect's codec reads it, to write calls of the tool as its clients know it.
 */
export interface ToolOrigin {
  readonly protocol: ProtocolName;
  readonly value: unknown;
}

/** A tool that takes plain text (Responses: `custom`). Other dialects get a function with the one string `input`. */
export interface FreeformTool {
  readonly type: 'freeform';
  readonly name: string;
  readonly description?: string | undefined;
  /** The grammar, as in the body. */
  readonly format?: unknown;
  readonly origin?: ToolOrigin | undefined;
}

/** A tool that runs at the provider. The value is as in the body. */
export interface NativeTool {
  readonly type: 'native';
  readonly protocol: ProtocolName;
  /** `web_search`, `code_execution_20250522`, `googleSearch`. */
  readonly name: string;
  readonly value: unknown;
}

/** Which tools the model must call: any that it likes, none, at least one, or the named ones. */
export type ToolChoice =
  | { readonly mode: 'auto' | 'none' | 'required' }
  | { readonly mode: 'tool'; readonly name: string }
  /** The model may call only these; `required`: it must call one of them. */
  | { readonly mode: 'allowed'; readonly names: readonly string[]; readonly required: boolean }
  /** A tool that runs at the provider. */
  | { readonly mode: 'native'; readonly protocol: ProtocolName; readonly value: unknown };

/** The answer must be JSON: any object, or one of a schema. */
export type OutputFormat =
  | { readonly type: 'json' }
  | {
      readonly type: 'schema';
      readonly schema: Readonly<Record<string, unknown>>;
      readonly name?: string | undefined;
      readonly description?: string | undefined;
      readonly strict?: boolean | undefined;
    };

/** How much the model should think, and whether the client wants to see it. */
export interface Reasoning {
  readonly effort?: Effort | undefined;
  /** In tokens. */
  readonly budgetTokens?: number | undefined;
  /** The model decides how much (Anthropic: `adaptive`; Gemini: a budget of -1). */
  readonly adaptive?: boolean | undefined;
  /** False: the client turned thinking off. */
  readonly enabled?: boolean | undefined;
  /** The client wants to read thoughts, or their summary. */
  readonly visible?: boolean | undefined;
}

/** The settings of an answer; undefined where the client set nothing. */
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
  /** How long answers should be: `low`, `medium`, `high`. */
  readonly verbosity?: string | undefined;
  /** An opaque id of the end user. */
  readonly user?: string | undefined;
}

/**
 * A setting, or a member of a turn, that a dialect may lack. Each dialect has its own name for it (`Codec.fieldNames`).
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
