import type { ExchangeRecord, AttemptRecord } from '../core/record.ts';

/** A record of a good streamed request, changed as a test needs it. */
export function record(changes: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    startedAt: Date.UTC(2026, 10, 22, 12),
    traceId: '3f2a1c9b-1111-4222-8333-444455556666',
    clientIp: '10.0.0.1',
    caller: 'proxy',
    method: 'POST',
    path: '/v1/chat/completions',
    alias: 'gpt-4',
    servedAlias: undefined,
    aliasLabel: 'gpt-4',
    askedLabel: 'gpt-4',
    model: 'gpt-4-turbo-preview',
    backend: 'openai',
    modelLabel: 'gpt-4-turbo-preview',
    stream: true,
    status: 200,
    durationMs: 1240.04,
    ttftMs: 310.26,
    queueMs: 0,
    overheadMs: 0.3,
    attempts: 1,
    usage: { promptTokens: 12, completionTokens: 345, cachedTokens: undefined, reasoningTokens: undefined },
    bytesIn: 812,
    bytesOut: 40_123,
    errorCode: undefined,
    refused: false,
    interrupted: false,
    droppedEvents: 0,
    tries: [attempt()],
    ...changes,
  };
}

/** One try of a record; good unless changed. */
export function attempt(changes: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    backend: 'openai',
    model: 'gpt-4-turbo-preview',
    aliasLabel: 'gpt-4',
    modelLabel: 'gpt-4-turbo-preview',
    status: 200,
    failure: undefined,
    detail: undefined,
    ms: 1230,
    coolingUntil: undefined,
    ...changes,
  };
}

/** A record of a request that came to nothing before any backend was asked. */
export function refused(status: number, errorCode: string): ExchangeRecord {
  const nothing = {
    alias: undefined,
    aliasLabel: undefined,
    askedLabel: undefined,
    model: undefined,
    modelLabel: undefined,
    backend: undefined,
  };
  return record({
    ...nothing,
    ttftMs: undefined,
    queueMs: undefined,
    refused: true,
    status,
    errorCode,
    stream: false,
    durationMs: 0.42,
    attempts: 0,
    usage: undefined,
    tries: [],
  });
}

/** A record that a second backend rescued. */
export function rescued(coolingUntil: number): ExchangeRecord {
  return record({
    model: 'mixtral-8x7b',
    modelLabel: 'mixtral-8x7b',
    backend: 'local-llm',
    durationMs: 3410,
    ttftMs: undefined,
    attempts: 2,
    usage: undefined,
    tries: [
      attempt({ status: 503, failure: 'overloaded', detail: 'server_overloaded', ms: 120, coolingUntil }),
      attempt({ backend: 'local-llm', model: 'mixtral-8x7b', modelLabel: 'mixtral-8x7b', ms: 3200 }),
    ],
  });
}
