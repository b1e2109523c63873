import { z } from 'zod';
import type { LedgerRow, LedgerTry } from '../core/ledger-row.ts';
import { TOKEN_CLASSES, type Consumption } from '../core/token-classes.ts';
import { formatUsd } from '../lib/usd.ts';

const text = z.string().nullable();
const ms = z.number().nullable();

const usage = z
  .looseObject({ estimated: z.boolean() })
  .nullable()
  .describe('Tokens by class, which do not overlap; classes without any are left out.');

const attempt = z.object({
  index: z.int(),
  started_at: z.string(),
  start_ms: z.number().describe('When it was sent, from the beginning of the request.'),
  first_content_ms: ms.describe(
    'When its first content came, from its own start; null where none did, or it is not known.',
  ),
  cooling_until: text.describe('Until when the model at this backend is left alone because of it.'),
  trial: z.boolean().describe('It was the one request that a half-open backend is let have.'),
  retry_after_ms: ms.describe('How long the provider asked to wait.'),
  redone: z.boolean().describe('Its kept connection turned out to be dead, and it was sent once more.'),
  duration_ms: z.number(),
  backend: z.string(),
  model: z.string(),
  reported_model: text,
  dialect: text,
  status: z.int().nullable(),
  failure: text,
  detail: text,
  hedge: text,
  usage,
  cost_usd: text.describe('Null where there is no price, or nothing to price.'),
  cost_source: text,
  rates: z.record(z.string(), z.number()).nullable().describe('The rates used, in 10⁻⁶ USD per million tokens.'),
});

/** One request of the ledger, as the admin API gives it. */
export const requestSchema = z.object({
  id: z.string(),
  trace_id: z.string(),
  node: z.string(),
  started_at: z.string(),
  duration_ms: z.number(),
  ttft_ms: ms,
  queue_ms: ms,
  overhead_ms: ms.describe('What the gateway itself took; null where it is not known.'),
  attempts: z.int(),
  caller: text,
  key_id: text,
  key_generation: text,
  team: text,
  owner: text,
  end_user: text,
  session: text,
  tags: z.record(z.string(), z.string()),
  alias: text,
  served_alias: text,
  backend: text,
  model: text,
  reported_model: text,
  client_dialect: text,
  backend_dialect: text,
  endpoint: text,
  stream: z.boolean(),
  status: z.int(),
  error_code: text,
  interrupted: z.boolean(),
  finish_reason: text,
  usage,
  cost_usd: text,
  unpriced: z.boolean(),
  held_usd: text,
  cache: text,
  bodies: text.describe(
    'Whether its bodies are kept (`kept`), or were to be and there was no memory for them (`left_out`). Null: they were not to be kept.',
  ),
  bytes_in: z.int(),
  bytes_out: z.int(),
  client_ip: z.string(),
  user_agent: text,
  tries: z.array(attempt),
});

type RequestJson = z.output<typeof requestSchema>;

/** A row of the ledger as the admin API gives it. */
export function requestJson(row: LedgerRow): RequestJson {
  return {
    id: row.id,
    trace_id: row.traceId,
    node: row.node,
    started_at: timeJson(row.startedAt),
    duration_ms: row.durationMs,
    ttft_ms: row.ttftMs ?? null,
    queue_ms: row.queueMs ?? null,
    overhead_ms: row.overheadMs ?? null,
    attempts: row.tries.length,
    caller: row.caller ?? null,
    key_id: row.keyId ?? null,
    key_generation: row.keyGeneration ?? null,
    team: row.team ?? null,
    owner: row.owner ?? null,
    end_user: row.endUser ?? null,
    session: row.session ?? null,
    tags: { ...row.tags },
    alias: row.alias ?? null,
    served_alias: row.servedAlias ?? null,
    backend: row.backend ?? null,
    model: row.model ?? null,
    reported_model: row.reportedModel ?? null,
    client_dialect: row.clientDialect ?? null,
    backend_dialect: row.backendDialect ?? null,
    endpoint: row.endpoint ?? null,
    stream: row.stream,
    status: row.status,
    error_code: row.errorCode ?? null,
    interrupted: row.interrupted,
    finish_reason: row.finishReason ?? null,
    usage: usageJson(row.usage),
    cost_usd: usdJson(row.nanoUsd),
    unpriced: row.unpriced,
    held_usd: usdJson(row.heldNanoUsd),
    cache: row.cache ?? null,
    bodies: row.bodies ?? null,
    bytes_in: row.bytesIn,
    bytes_out: row.bytesOut,
    client_ip: row.clientIp,
    user_agent: row.userAgent ?? null,
    tries: row.tries.map((tried) => attemptJson(tried, row)),
  };
}

function attemptJson(row: LedgerTry, whole: LedgerRow): RequestJson['tries'][number] {
  return {
    index: row.index,
    started_at: timeJson(row.startedAt),
    start_ms: row.startedAt - whole.startedAt,
    duration_ms: row.durationMs,
    first_content_ms: firstContentOf(row, whole) ?? null,
    cooling_until: row.coolingUntil === undefined ? null : timeJson(row.coolingUntil),
    trial: row.isTrial === true,
    retry_after_ms: row.retryAfterMs ?? null,
    redone: row.isRedone === true,
    backend: row.backend,
    model: row.model,
    reported_model: row.reportedModel ?? null,
    dialect: row.dialect ?? null,
    status: row.status ?? null,
    failure: row.failure ?? null,
    detail: row.detail ?? null,
    hedge: row.hedge ?? null,
    usage: usageJson(row.usage),
    cost_usd: usdJson(row.cost?.nanoUsd),
    cost_source: row.cost?.source ?? null,
    rates: row.cost === null || row.cost === undefined ? null : { ...row.cost.rates },
  };
}

/** Of the one that served, the first content of the whole is its own. */
function firstContentOf({ firstContentMs, failure, startedAt }: LedgerTry, { ttftMs, startedAt: from }: LedgerRow) {
  if (firstContentMs !== undefined || failure !== undefined || ttftMs === undefined) return firstContentMs;
  return Math.max(0, ttftMs - (startedAt - from));
}

function usageJson(used: Consumption | undefined): RequestJson['usage'] {
  if (used === undefined) return null;
  const tokens = TOKEN_CLASSES.filter((name) => used[name] > 0).map((name) => [snake(name), used[name]] as const);
  return {
    ...Object.fromEntries(tokens),
    ...(Object.keys(used.serverTools).length === 0 ? {} : { server_tools: { ...used.serverTools } }),
    ...(used.tier === undefined ? {} : { tier: used.tier }),
    estimated: used.estimated,
  };
}

function usdJson(nano: number | undefined): string | null {
  return nano === undefined ? null : formatUsd(nano);
}

function timeJson(at: number): string {
  return new Date(at).toISOString();
}

/** `cacheWrite5m` → `cache_write_5m`. */
export function snake(name: string): string {
  return name.replaceAll(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);
}
