import type { GatewayErrorCode } from './refusal.ts';

/** What the gateway answers by itself, as JSON. */
export interface JsonAnswer {
  readonly body: unknown;
  /** 200 unless told. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Values of `set-cookie`. */
  readonly cookies?: readonly string[];
  /** For the log, where it is the answer of something that went wrong. */
  readonly errorCode?: GatewayErrorCode;
}

/** The same as a page for a browser. */
export interface PageAnswer extends Omit<JsonAnswer, 'body'> {
  readonly html: string;
}

/** The same as text that is made while it is sent, so that it may be of any length. */
export interface PiecewiseAnswer {
  readonly pieces: AsyncIterable<string>;
  /** With its content type. */
  readonly headers: Readonly<Record<string, string>>;
}

export type LocalAnswer = JsonAnswer | PageAnswer | PiecewiseAnswer;
