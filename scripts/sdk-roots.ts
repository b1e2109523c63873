// What each dialect's official SDK says of its bodies: the types that `sdk-shapes.ts` walks. Nothing here runs.
import type {
  BetaMessage,
  BetaRawMessageStreamEvent,
  MessageCreateParamsBase,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type {
  Candidate,
  Content,
  FunctionCall,
  GenerateContentResponsePromptFeedback,
  GenerateContentResponseUsageMetadata,
  GenerationConfig,
  GroundingMetadata,
  ModelStatus,
  Part,
  SafetySetting,
  ServiceTier,
  Tool,
  ToolConfig,
} from '@google/genai';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParamsBase,
  ChatCompletionMessage,
} from 'openai/resources/chat/completions/completions';
import type { Response, ResponseCreateParamsBase, ResponseStreamEvent } from 'openai/resources/responses/responses';

/** The bodies of one dialect. */
interface Bodies {
  readonly request: unknown;
  readonly answer: unknown;
  /** The data of one event of a streamed answer. */
  readonly event: unknown;
}

/** All dialects, by the name that the registry has for each. */
export interface Dialects extends Record<string, Bodies> {
  'openai-chat': {
    request: ChatCompletionCreateParamsBase & { stream?: boolean | null };
    answer: Omit<ChatCompletion, 'choices'> & { choices: VendorChoice[] };
    event: Omit<ChatCompletionChunk, 'choices'> & { choices: VendorChunkChoice[]; x_groq?: { usage?: unknown } };
  };
  'openai-responses': {
    request: ResponseCreateParamsBase & { stream?: boolean | null };
    answer: Omit<Response, 'output_text'>;
    event: ResponseStreamEvent;
  };
  // The beta's types are the others' and more.
  'anthropic-messages': {
    request: MessageCreateParamsBase;
    answer: BetaMessage;
    event: BetaRawMessageStreamEvent;
  };
  gemini: { request: GeminiRequest; answer: GeminiAnswer; event: GeminiAnswer };
}

/**
 * What vendors of OpenAI's dialect add to a message, and the gateway reads: DeepSeek's and OpenRouter's reasoning
 * (https://openrouter.ai/docs/use-cases/reasoning-tokens), OpenRouter's images, the signatures of Gemini's calls.
 */
interface VendorMessage {
  reasoning_content?: string | null;
  reasoning?: string | null;
  reasoning_details?: ReasoningDetail[];
  images?: { type: 'image_url'; image_url: { url: string }; index?: number }[];
}

interface ReasoningDetail {
  type: 'reasoning.text' | 'reasoning.summary' | 'reasoning.encrypted';
  text?: string | null;
  summary?: string;
  data?: string;
  signature?: string | null;
  id?: string | null;
  format?: string | null;
  index?: number;
  origin?: { protocol?: string; model?: string; on?: string; redacted?: boolean };
}

type VendorCall<Call> = Call & { extra_content?: { google?: { thought_signature?: string } } };

type VendorChoice = Omit<ChatCompletion.Choice, 'message'> & {
  message: Omit<ChatCompletionMessage, 'tool_calls'> &
    VendorMessage & { tool_calls?: VendorCall<NonNullable<ChatCompletionMessage['tool_calls']>[number]>[] };
};

type VendorChunkChoice = Omit<ChatCompletionChunk.Choice, 'delta'> & {
  delta: Omit<ChatCompletionChunk.Choice.Delta, 'tool_calls'> &
    VendorMessage &
    Pick<ChatCompletionMessage, 'annotations' | 'audio'> & {
      tool_calls?: VendorCall<ChatCompletionChunk.Choice.Delta.ToolCall>[];
    };
};

/** The SDK takes what the API calls `generationConfig` and its neighbours as one `config`; this is what it sends. */
interface GeminiRequest {
  contents: Content[];
  systemInstruction?: Content;
  tools?: Tool[];
  toolConfig?: ToolConfig;
  safetySettings?: SafetySetting[];
  generationConfig?: GenerationConfig;
  cachedContent?: string;
  labels?: Record<string, string>;
  serviceTier?: ServiceTier;
  store?: boolean;
}

/** The SDK's class has getters besides. */
interface GeminiAnswer {
  candidates?: GeminiCandidate[];
  createTime?: string;
  modelVersion?: string;
  promptFeedback?: GenerateContentResponsePromptFeedback;
  responseId?: string;
  usageMetadata?: GenerateContentResponseUsageMetadata;
  modelStatus?: ModelStatus;
}

/** With the API's own word for `citations`, and parts whose `functionCall` comes in pieces, as Vertex streams them. */
type GeminiCandidate = Omit<Candidate, 'content' | 'citationMetadata' | 'groundingMetadata'> & {
  content?: { role?: string; parts?: (Omit<Part, 'functionCall'> & { functionCall?: FunctionCall })[] };
  citationMetadata?: Candidate['citationMetadata'] & {
    citationSources?: { startIndex?: number; endIndex?: number; uri?: string; title?: string; license?: string }[];
  };
  groundingMetadata?: GroundingMetadata;
};
