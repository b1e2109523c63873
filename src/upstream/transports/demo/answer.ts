/** A request that could be read, as every endpoint gets it. */
export interface Question {
  readonly body: object;
  /** Of the body's bytes, in hexadecimal: what ids are made of, so that the same request gets the same answer. */
  readonly hash: string;
  /** Seconds since the epoch, for `created`. */
  readonly createdSeconds: number;
}

/** What an endpoint makes of a good request: a whole body or, where a stream was asked for, its events. */
export type Answer =
  | { readonly body: object; readonly events?: undefined }
  | { readonly events: Iterable<AnswerEvent>; readonly body?: undefined };

/**
 * One SSE event. `words` are what a reader waits for and are paced; `start` (roles) and `end` (finish reasons, usage)
 * go out at once.
 */
export interface AnswerEvent {
  readonly kind: 'start' | 'words' | 'end';
  readonly data: object;
}

/** Token counts as OpenAI reports them, details left out where there are none. */
export interface DemoUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}

/** Token counts as OpenAI reports them; none cached, none for reasoning. */
export function usageOf(promptTokens: number, completionTokens: number): DemoUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}
