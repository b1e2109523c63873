import type { TraceParent } from '../lib/trace-context.ts';
import type { Completion } from './completion.ts';
import type { Conversation } from './conversation.ts';

/** What was said in an exchange, in neutral form; a part that could not be read is missing. */
export interface Dialogue {
  readonly conversation: Conversation | undefined;
  readonly completion: Completion | undefined;
  /** Not all of the answer was kept. */
  readonly isCut: boolean;
}

/** A setting of a request as its client wrote it. */
export type SettingValue = string | number | readonly string[];

/** The place of an exchange in a trace, and what its spans tell that its record does not. Only where traces are on. */
export interface ExchangeTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The id of the exchange's own span, of 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parent: TraceParent | undefined;
  /** What the sampler said at the start, which backends are told. More is kept of what ends badly. */
  readonly isSampled: boolean;
  /** What is asked for, in the words of the conventions (`chat`). */
  operation: string;
  /** The settings of the request by their names in `request-settings.ts`. */
  settings: Readonly<Record<string, SettingValue>>;
  /** Reads what was said, where content is to be told; undefined: it is not. */
  dialogue: (() => Dialogue) | undefined;
}
