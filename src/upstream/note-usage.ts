import { saidBytesOf } from '../core/estimate-tokens.ts';
import type { AttemptContext } from './settle.ts';
import type { StreamInspector } from './stream-inspector.ts';

/** Notes what a plain answer, parsed, tells of what it took. What has failed was paid for as well. */
export function noteAnswer({ attempt, exchange, protocol }: AttemptContext, json: unknown): void {
  const usage = protocol.readUsage(json);
  attempt.usage = usage ?? attempt.usage;
  attempt.isCounted = usage !== undefined;
  noteFacts(attempt, protocol.readFacts(json));
  const isToldAll = usage?.completionTokens !== undefined && usage.completionTokens > 0;
  attempt.saidBytes = isToldAll || exchange.endpoint?.operation !== 'generate' ? 0 : saidBytesOf(json);
}

/** The same of a stream, however it ends: what was told so far, and how much text has come. */
export function noteStream({ attempt }: AttemptContext, events: StreamInspector): void {
  attempt.usage = events.usage ?? attempt.usage;
  attempt.isCounted = events.isCounted;
  attempt.saidBytes = events.saidBytes;
  noteFacts(attempt, events.facts);
}

function noteFacts(attempt: AttemptContext['attempt'], { model, finishReason }: StreamInspector['facts']): void {
  attempt.reportedModel = model ?? attempt.reportedModel;
  attempt.finishReason = finishReason ?? attempt.finishReason;
}
