import type { ExchangeRecord } from '../../core/record.ts';
import type { ExchangeTrace } from '../../core/exchange-trace.ts';
import type { Consumption } from '../../core/token-classes.ts';
import { attempt, record } from '../record.fixture.ts';
import type { ExchangeSubject } from './attribute-row.ts';

/** What an attempt used: 900 tokens in, of which 500 were cached and 100 written to the cache, and 300 out, 120 of them thoughts. */
export const USAGE: Consumption = {
  input: 300,
  cacheRead: 500,
  cacheWrite5m: 100,
  cacheWrite1h: 0,
  output: 180,
  reasoning: 120,
  audioIn: 0,
  audioOut: 0,
  imageIn: 0,
  imageOut: 0,
  serverTools: {},
  tier: undefined,
  statedNanoUsd: undefined,
  estimated: false,
};

/** The place of an exchange in a trace. */
export function trace(changes: Partial<ExchangeTrace> = {}): ExchangeTrace {
  return {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    parent: undefined,
    isSampled: true,
    operation: 'chat',
    settings: { max_tokens: 256, temperature: 1, top_k: 40, stop_sequences: ['END'] },
    dialogue: undefined,
    ...changes,
  };
}

/** A streamed chat that failed over from one backend to another. */
export function failedOver(changes: Partial<ExchangeRecord> = {}, place: ExchangeTrace = trace()): ExchangeSubject {
  const failed = attempt({
    provider: 'openai',
    place: 'api.openai.com:443',
    status: 429,
    failure: 'rate_limited',
    detail: 'rate_limit_exceeded',
    ms: 120,
    startedMs: 5,
    coolingUntil: Date.UTC(2026, 10, 22, 12, 1),
    isServing: false,
  });
  const served = attempt({
    backend: 'claude',
    model: 'claude-sonnet-4-6',
    provider: 'anthropic',
    place: 'api.anthropic.com:443',
    startedMs: 130,
    ms: 1100,
    usage: USAGE,
    cost: { nanoUsd: 4_250_000, source: 'table', rates: {} },
    reportedModel: 'claude-sonnet-4-6-20260210',
    finishReason: 'end_turn',
    isServing: true,
  });
  const exchange = record({
    attempts: 2,
    tries: [failed, served],
    backend: 'claude',
    model: 'claude-sonnet-4-6',
    endpoint: 'chat/completions',
    team: 'research',
    session: 'session-7',
    endUser: 'user-9',
    ...changes,
  });
  return { record: exchange, trace: place, texts: undefined };
}
