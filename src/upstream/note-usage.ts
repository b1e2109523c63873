import type { Attempt } from '../core/attempt.ts';
import { saidBytesOf } from '../core/estimate-tokens.ts';
import type { UpstreamBody } from '../core/upstream-answer.ts';
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

/** The body of a plain answer, whose bytes are noted: of one that breaks off, their number is all that is known. */
export function counted(body: UpstreamBody, attempt: Attempt): UpstreamBody {
  return {
    read: async () => {
      const chunk = await body.read();
      if (!chunk.done) attempt.saidBytes += chunk.value.byteLength;
      return chunk;
    },
    takeWhole: () => body.takeWhole(),
    cancel: () => body.cancel(),
  };
}

/** The same of a stream, however it ends: what was told so far, and how much text has come. */
export function noteStream({ attempt }: AttemptContext, events: StreamInspector): void {
  attempt.usage = events.usage ?? attempt.usage;
  attempt.isCounted = events.isCounted;
  attempt.saidBytes = events.saidBytes;
  noteFacts(attempt, events.facts);
}

function noteFacts(attempt: Attempt, { id, model, finishReason }: StreamInspector['facts']): void {
  attempt.responseId = id ?? attempt.responseId;
  attempt.reportedModel = model ?? attempt.reportedModel;
  attempt.finishReason = finishReason ?? attempt.finishReason;
}
