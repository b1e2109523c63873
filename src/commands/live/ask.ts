import { randomUUID } from 'node:crypto';
import type { App } from '../../app.ts';
import type { Config } from '../../config/schema.ts';
import type { Conversation } from '../../core/conversation.ts';
import { quirksFor } from '../../core/quirks.ts';
import type { ExchangeRecord, AttemptRecord } from '../../core/record.ts';
import type { Route } from '../../core/route.ts';
import { VERSION } from '../../lib/version.ts';
import type { Log } from '../../records/log/log.ts';
import type { Protocol } from '../../protocols/protocol.ts';
import { protocolOf } from '../../protocols/registry.ts';
import { upstreamProtocolFor } from '../../translation/upstream-protocol.ts';
import { matchEndpoint } from '../../server/endpoints.ts';
import { DEFAULT_PROTOCOL } from '../../vendors/dialects.ts';
import { leastEffort, type Probe } from './plan.ts';

/** What came of a probe. */
export interface Outcome {
  readonly record: ExchangeRecord;
  /** The one attempt, if it came to one. */
  readonly attempt: AttemptRecord | undefined;
  /** The message that the client got: of a request that says nothing but "Hi", it may be shown. */
  readonly message: string | undefined;
}

/** The config by which probes are sent: each is an alias of its own with one route, and nothing but that route decides. */
export function probeConfig(config: Config, probes: readonly Probe[], timeoutMs: number): Config {
  const models = probes.map(({ backend, model, timeout }, index): [string, Config['models'][string]] => {
    const route = { backend, model, priority: 1, weight: 1, enabled: true };
    const limits = { ...timeout, total_timeout: timeoutMs };
    return [aliasOf(index), { enabled: true, commit: 'first_content', timeout: limits, routes: [route] }];
  });
  return {
    ...config,
    // Nobody comes in from outside.
    proxy_api_key: undefined,
    keys: undefined,
    backends: config.backends.map((backend) => ({ ...backend, max_concurrency: undefined })),
    models: Object.fromEntries(models),
    proxy: { ...config.proxy, enable_system_prompt: false },
    routing: { ...config.routing, default_alias: undefined },
    fallback: { ...config.fallback, alias_fallback: {}, max_retries: 0, cooldown_seconds: 0 },
    rate_limit: { ...config.rate_limit, enabled: false },
    concurrency: { ...config.concurrency, enabled: false },
    health_check: { ...config.health_check, enabled: false },
    logging: { ...config.logging, base_dir: '', debug_mode: false },
  };
}

function aliasOf(index: number): string {
  return `route-${index + 1}`;
}

/** Keeps the records of finished exchanges, and prints nothing: what came is shown in a table. */
export class RecordLog implements Log {
  readonly #records = new Map<string, ExchangeRecord>();
  readonly droppedLines = 0;
  readonly debugEnabled = false;

  constructor(readonly mask: (text: string) => string) {}

  request(record: ExchangeRecord): void {
    this.#records.set(record.traceId, record);
  }

  recordOf(traceId: string): ExchangeRecord {
    const record = this.#records.get(traceId);
    if (record === undefined) throw new Error('an exchange ended without a record');
    return record;
  }

  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
  configure(): void {}
  flush(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Sends one probe through the gateway of `app`, which has the config above. */
export async function ask(probe: Probe, index: number, app: App, log: RecordLog): Promise<Outcome> {
  const { protocol, path, body } = requestFor(probe, aliasOf(index), app);
  const traceId = randomUUID();
  const headers = {
    'content-type': 'application/json',
    'x-trace-id': traceId,
    'user-agent': `llm-proxy/${VERSION} (check --live)`,
    ...protocol.wire.headers,
  };
  const request = new Request(`http://localhost${path}`, { method: 'POST', headers, body });
  const { endpoint } = matchEndpoint(request, path, '');
  const arrival = { request, headers, method: 'POST', path, query: '', protocol: protocol.name, endpoint, peer: '' };
  const response = await app.gateway.handle(arrival);
  const text = (await response?.text()) ?? '';
  const record = log.recordOf(traceId);
  // With a 200 as well: an answer may hold an error.
  return { record, attempt: record.tries.at(-1), message: messageIn(text, protocol) };
}

interface ProbeRequest {
  readonly protocol: Protocol;
  readonly path: string;
  readonly body: string;
}

/** What is asked for, in the dialect that most clients speak. */
function requestFor({ model, purpose }: Probe, alias: string, { gateway }: App): ProbeRequest {
  const protocol = protocolOf(DEFAULT_PROTOCOL);
  if (purpose === 'chat') {
    const route = gateway.snapshot.aliases.get(alias)?.tiers[0]?.[0];
    const address = protocol.wire.address('generate', { model: alias, stream: false });
    const body = conversationFor(model, protocol, route);
    return { protocol, path: `/v1${address}`, body: JSON.stringify({ ...body, model: alias }) };
  }
  const body = purpose === 'rerank' ? { query: WORDS, documents: [WORDS] } : { input: WORDS };
  return { protocol, path: `/v1/${purpose}`, body: JSON.stringify({ model: alias, ...body }) };
}

const WORDS = 'Hi';

/**
 * The smallest conversation. Where the backend speaks another dialect, the gateway translates it; where it speaks this one,
 * bytes pass, and so it is written as the gateway would write it for this very vendor and model.
 */
function conversationFor(model: string, client: Protocol, route: Route | undefined): object {
  const { maxTokens, unthinking } = leastEffort(model);
  const conversation: Conversation = {
    system: [],
    turns: [{ role: 'user', parts: [{ type: 'text', text: WORDS }] }],
    tools: [],
    settings: { maxTokens },
    ...(unthinking ? { reasoning: { enabled: false, effort: 'none' } } : {}),
    stream: false,
    wantsUsage: false,
    unsupported: [],
  };
  const passes = route !== undefined && upstreamProtocolFor(route, client, 'generate') === client;
  const addressee = passes ? { model, quirks: quirksFor(route.backend.quirks, model) } : { model: '', quirks: {} };
  return client.codec.encodeRequest(conversation, addressee).body;
}

/** The message of an error in a client's dialect. */
function messageIn(text: string, { errors }: Protocol): string | undefined {
  try {
    return errors.read(JSON.parse(text))?.message;
  } catch {
    // An answer that is no JSON is in its record.
    return undefined;
  }
}
