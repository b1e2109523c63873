import type { LedgerRow, LedgerTry } from '../../src/core/ledger-row.ts';
import type { Consumption } from '../../src/core/token-classes.ts';
import type { StoredKey, StoredTeam } from '../../src/storage/stored-key.ts';

/** A Tuesday. */
export const START = Date.parse('2026-11-03T10:20:00Z');

export const USAGE: Consumption = {
  input: 10,
  cacheRead: 1,
  cacheWrite5m: 2,
  cacheWrite1h: 3,
  output: 4,
  reasoning: 5,
  audioIn: 6,
  audioOut: 7,
  imageIn: 8,
  imageOut: 9,
  serverTools: { web_search: 2 },
  tier: 'flex',
  statedNanoUsd: 12,
  estimated: false,
};

/** A key as the admin API makes one. */
export function keyOf(changes: Partial<StoredKey> = {}): StoredKey {
  const { id = 'key-1' } = changes;
  return {
    id,
    name: id,
    team: undefined,
    owner: 'ann',
    hash: `hash of ${id}`,
    prefix: 'sk-lp-abcd',
    generation: 1,
    previous: undefined,
    models: ['*'],
    endpoints: undefined,
    allowedIps: ['10.0.0.0/8'],
    expiresAt: undefined,
    enabled: true,
    rps: 1.5,
    rpm: undefined,
    tpm: 100_000,
    maxConcurrency: undefined,
    budgets: [{ usd: 5, per: 'day' }],
    tags: { project: 'x' },
    logBodies: undefined,
    version: 1,
    createdAt: START,
    updatedAt: START,
    ...changes,
  };
}

export function teamOf(changes: Partial<StoredTeam> = {}): StoredTeam {
  return {
    name: 'platform',
    parent: undefined,
    models: undefined,
    rps: undefined,
    rpm: 60,
    tpm: undefined,
    maxConcurrency: 3,
    budgets: [],
    version: 1,
    createdAt: START,
    updatedAt: START,
    ...changes,
  };
}

export function tryOf(changes: Partial<LedgerTry> = {}): LedgerTry {
  return {
    index: 0,
    startedAt: START,
    durationMs: 30,
    backend: 'openai',
    model: 'gpt-5',
    reportedModel: 'gpt-5-2026-01-01',
    dialect: 'openai-chat',
    status: 200,
    failure: undefined,
    detail: undefined,
    hedge: undefined,
    usage: USAGE,
    cost: { nanoUsd: 1000, source: 'table', rates: { input: 2_500_000 } },
    ...changes,
  };
}

/** A row of the ledger; `number` makes its id and its time, a minute after the one before. */
export function rowOf(number: number, changes: Partial<LedgerRow> = {}): LedgerRow {
  const startedAt = changes.startedAt ?? START + number * 60_000;
  const hex = startedAt.toString(16).padStart(12, '0');
  const tail = number.toString(16).padStart(12, '0');
  return {
    id: `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${tail}`,
    traceId: `trace-${number}`,
    node: 'node-1',
    startedAt,
    durationMs: 40,
    ttftMs: 20,
    queueMs: 3,
    caller: 'ci',
    keyId: 'key-1',
    keyGeneration: '1',
    team: 'platform',
    owner: 'ann',
    endUser: undefined,
    session: undefined,
    tags: {},
    alias: 'gpt',
    aliasLabel: 'gpt',
    servedAlias: undefined,
    backend: 'openai',
    model: 'gpt-5',
    reportedModel: 'gpt-5-2026-01-01',
    clientDialect: 'openai-chat',
    backendDialect: 'openai-chat',
    endpoint: '/v1/chat/completions',
    stream: true,
    status: 200,
    errorCode: undefined,
    interrupted: false,
    finishReason: 'stop',
    usage: USAGE,
    nanoUsd: 1000,
    unpriced: false,
    heldNanoUsd: 2000,
    cache: undefined,
    bytesIn: 100,
    bytesOut: 200,
    clientIp: '10.0.0.1',
    userAgent: 'curl/8',
    tries: [tryOf({ startedAt })],
    charges: [{ budget: 'key-1/day', window: Date.parse('2026-11-03T00:00:00Z'), amount: 1000 }],
    ...changes,
  };
}

export function rowsOf(count: number, changes: (number: number) => Partial<LedgerRow> = () => ({})): LedgerRow[] {
  return Array.from({ length: count }, (_, number) => rowOf(number, changes(number)));
}
