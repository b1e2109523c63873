// Keys, teams and budgets under load, with a gateway that is killed and started again, a database that goes and comes back,
// and backends that lie: an independent set of books is kept beside it. `BOOKS_SEED=7 BOOKS_EXCHANGES=2000 bun test
// test/faults/books.test.ts` replays or extends a campaign; `BOOKS_SEEDS=20` plays so many, every other one on PostgreSQL.
import { afterAll, describe, expect, test } from 'bun:test';
import { open, requestBytes } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { startPostgres } from '../kit/postgres.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { sums } from './books.ts';
import { clientDialect } from './dialects.ts';
import { boundOf, excessOf, nanoOf, wrongIn } from './spending/accounts.ts';
import { Calls } from './spending/backend.ts';
import { BACKENDS, configOf, keyFor, type DrawnBudget, type Ground } from './spending/config.ts';
import { Lives } from './spending/lives.ts';
import { blowAt, planOf, type Plan } from './spending/plan.ts';

const { BOOKS_SEED, BOOKS_SEEDS = '2', BOOKS_FIRST = '1', BOOKS_EXCHANGES = '120' } = process.env;
const SEEDS =
  BOOKS_SEED === undefined
    ? Array.from({ length: Number(BOOKS_SEEDS) }, (_, at) => at + Number(BOOKS_FIRST))
    : [Number(BOOKS_SEED)];
const EXCHANGES = Number(BOOKS_EXCHANGES);
const AT_ONCE = 8;
/** A machine may be busy; what takes this long hangs. */
const LIMIT_MS = 240_000 + EXCHANGES * 500;

const server = await startPostgres();
afterAll(async () => await server?.stop());

/** How an exchange ended for its client. `lost`: with the gateway. */
interface Ending {
  readonly kind: 'answered' | 'left' | 'lost';
  readonly status: number | undefined;
  readonly text: string;
}

interface Campaign {
  readonly ground: Ground;
  readonly lives: Lives;
  readonly calls: Calls;
  readonly endings: Map<number, Ending>;
  /** The traces that must be in the ledger: their lines were in the log before it had nothing in memory alone. */
  readonly durable: Set<string>;
  /** By id: the highest limit so far, and whether it was hard all the time. */
  readonly limits: Map<string, { limit: number; isHard: boolean; unit: DrawnBudget['unit'] }>;
  round: number;
  blows: Promise<void>;
  /** The number of lines in the log when this life began. */
  linesBefore: number;
  readonly wrong: string[];
}

describe.each(SEEDS)('seed %d', (seed) => {
  test(
    'whatever happens, budgets hold, every exchange is in the ledger once, and all books agree',
    async () => {
      const onPostgres = server !== undefined && seed % 2 === 0;
      const database = onPostgres ? await server.createDatabase() : undefined;
      const calls = new Calls(seed);
      const upstreams = await Promise.all(BACKENDS.map((name) => startUpstream(calls.scriptOf(name))));
      const ground = { seed, upstreams, database };
      const first = configOf(ground, 0);
      const lives = await Lives.begin(first.config, onPostgres ? server : undefined, database);
      const campaign: Campaign = {
        ground,
        lives,
        calls,
        endings: new Map(),
        durable: new Set(),
        limits: new Map(),
        round: 0,
        blows: Promise.resolve(),
        linesBefore: 0,
        wrong: [],
      };
      follow(campaign, first.budgets);
      try {
        await playAll(campaign);
        await comeToRest(campaign, upstreams);
        report(campaign, onPostgres ? 'PostgreSQL' : 'SQLite');
        // oxlint-disable-next-line no-console -- the rows at fault, which a difference would cut short
        for (const what of campaign.wrong.slice(0, 5)) console.log(what);
        expect([seed, campaign.wrong.slice(0, 10)]).toEqual([seed, []]);
      } finally {
        await lives.close();
        await Promise.allSettled(upstreams.map((upstream) => upstream.stop()));
      }
    },
    LIMIT_MS,
  );
});

async function playAll(campaign: Campaign): Promise<void> {
  const { seed } = campaign.ground;
  let next = 0;
  const some = async (): Promise<void> => {
    while (next < EXCHANGES) {
      const n = next++;
      const before = campaign.blows;
      if (blowAt(seed, n) !== 'nothing') campaign.blows = before.then(() => strike(campaign, n));
      await campaign.blows;
      campaign.endings.set(n, await play(campaign, planOf(seed, n)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  await campaign.blows;
}

/** What is done to the gateway; the exchanges that are under way notice it or not. */
async function strike(campaign: Campaign, n: number): Promise<void> {
  const { ground, lives } = campaign;
  const blow = blowAt(ground.seed, n);
  await budgetsHoldNow(campaign);
  if (blow === 'database away') await lives.takeDatabase();
  if (blow === 'database back') await lives.giveDatabaseBack();
  if (blow === 'reload') {
    const { config, budgets } = configOf(ground, ++campaign.round);
    // Before it counts, or a request that was let in by it would be held against the one before.
    follow(campaign, budgets);
    const status = await lives.reload(config);
    if (status !== 200) campaign.wrong.push(`reload ${campaign.round} got ${status}`);
  }
  if (blow === 'kill' || blow === 'restart') {
    await noteDurable(campaign);
    const how = await lives.end(blow === 'kill' ? 'SIGKILL' : 'SIGTERM');
    if (blow === 'restart' && how !== 0) campaign.wrong.push(`it ended with ${how}: ${lives.gateway.stderr()}`);
    campaign.linesBefore = lives.gateway.logs().length;
    await lives.start(configOf(ground, campaign.round).config);
  }
}

/** A row whose line was in the log before a moment at which no row was in memory alone is on the disk. */
async function noteDurable({ lives, durable }: Campaign): Promise<void> {
  const traces = lives.gateway.logs().map(({ trace_id: id }) => String(id));
  const { features }: Json = await lives.status();
  if (features.ledger.waiting_rows === 0) for (const trace of traces) durable.add(trace);
}

function follow({ limits }: Campaign, budgets: readonly DrawnBudget[]): void {
  for (const { id, unit, limit, mode } of budgets) {
    const known = limits.get(id) ?? { limit, isHard: true, unit };
    limits.set(id, { limit: Math.max(limit, known.limit), isHard: known.isHard && mode === 'hard', unit });
  }
}

async function play({ ground, lives }: Campaign, plan: Plan): Promise<Ending> {
  const dialect = clientDialect(plan.client);
  const prompt = `exchange ${plan.n} ${'word '.repeat(plan.n % 40)}`;
  const { path, headers, body } = dialect.request({
    model: plan.alias,
    stream: plan.stream,
    prompt,
    key: keyFor(plan.key),
  });
  const trace = traceOf(ground.seed, plan.n);
  let text = '';
  try {
    const connection = await open(lives.url);
    await connection.write(requestBytes(lives.url + path, { headers: { ...headers, 'x-trace-id': trace }, body }));
    const answer = await connection.answer();
    if (plan.leavesAt !== undefined) {
      const enough = plan.leavesAt;
      await answer.textUntil((so) => so.length >= enough).catch(() => undefined);
      answer.leave();
      return { kind: 'left', status: answer.status, text: answer.text };
    }
    const whole = await answer.whole();
    text = whole.text;
    connection.leave();
    return { kind: whole.ending === 'complete' ? 'answered' : 'lost', status: answer.status, text };
  } catch {
    return { kind: 'lost', status: undefined, text };
  }
}

/** Lets all settle, and holds the books against each other. */
async function comeToRest(campaign: Campaign, upstreams: readonly Upstream[]): Promise<void> {
  const { lives } = campaign;
  await lives.giveDatabaseBack();
  await settled(...upstreams);
  // Nothing is held, and everything is in the database.
  await eventually(
    async () => {
      const samples = await lives.samples();
      expect(sums(samples, 'budget_holds_open')).toEqual({});
      expect(sums(samples, 'budget_held', ['budget'])).toEqual({});
      const { features }: Json = await lives.status();
      expect([features.ledger.journal_rows, features.ledger.rows_dropped, features.ledger.trouble]).toEqual([
        0,
        0,
        null,
      ]);
      return true;
    },
    { timeoutMs: 60_000, everyMs: 50 },
  );
  await countersAgree(campaign);
  const [samples, lines] = await eventually(async () => {
    const now = await lives.samples();
    const logged = lives.gateway.logs();
    expect(logged.length - campaign.linesBefore).toBe(sums(now, 'requests_total')[''] ?? 0);
    return [now, logged] as const;
  });
  const ofThisLife = lines.slice(campaign.linesBefore);
  for (const { trace_id: trace } of ofThisLife) campaign.durable.add(trace);
  const code = await lives.end('SIGTERM');
  if (code !== 0) campaign.wrong.push(`it ended with ${code}`);
  const verified = await lives.ledger('verify');
  if (verified.code !== 0) campaign.wrong.push(`verify: ${verified.out}`);
  const exported = await lives.ledger('export');
  const rows: Json[] = exported.out.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  eachOnce(campaign, rows, lines);
  linesAgree(campaign, rows, lines);
  exchangesAgree(campaign, rows);
  await budgetsHold(campaign);
  metricsAgree(campaign, samples, rows, ofThisLife);
}

/** What the gateway has in memory of each budget is what the database has. */
async function countersAgree({ lives, limits, wrong }: Campaign): Promise<void> {
  const spent = await lives.spent();
  const inMemory = sums(await lives.samples(), 'budget_spent', ['budget']);
  for (const [id, { unit }] of limits) {
    const latest = spent.filter(({ budget }) => budget === id).toSorted((a, b) => b.window - a.window)[0];
    const stored = Number(latest?.amount ?? 0n);
    const held = Math.round((inMemory[labelOf(id)] ?? 0) * (unit === 'usd' ? 1e9 : 1));
    // A window may have ended since.
    const [, per = ''] = /\/(\w+)$/.exec(id) ?? [];
    const isPast =
      held === 0 && latest !== undefined && Date.now() >= latest.window + (LEAST_HOURS[per] ?? Infinity) * 3_600_000;
    if (stored !== held && !isPast) wrong.push(`${id}: ${held} in memory, ${stored} in the database`);
  }
}

/** The shortest window of each kind. */
const LEAST_HOURS: Readonly<Record<string, number>> = { hour: 1, day: 23, week: 167, month: 671, year: 8759 };

function eachOnce({ durable, wrong, endings, ground }: Campaign, rows: readonly Json[], lines: readonly Json[]): void {
  const byTrace = Map.groupBy(rows, ({ trace_id: id }) => String(id));
  for (const [trace, own] of byTrace) if (own.length > 1) wrong.push(`${trace} is in the ledger ${own.length} times`);
  // Others are the operator's.
  const named = new Set(lines.map(({ trace_id: id }) => String(id)).filter((id) => id.startsWith('books-')));
  for (const trace of durable) if (named.has(trace) && !byTrace.has(trace)) wrong.push(`${trace} is not in the ledger`);
  const known = new Set([...endings.keys()].map((n) => traceOf(ground.seed, n)));
  for (const trace of byTrace.keys()) if (!known.has(trace)) wrong.push(`${trace} was never played`);
}

/** A row and its line in the log say the same. */
function linesAgree({ wrong }: Campaign, rows: readonly Json[], lines: readonly Json[]): void {
  const byTrace = new Map(lines.map((line) => [line.trace_id, line]));
  for (const row of rows) {
    const line = byTrace.get(row.trace_id);
    if (line === undefined) continue;
    const said = [
      line.status,
      line.alias,
      line.backend ?? null,
      line.attempts ?? row.tries.length,
      line.error_code ?? null,
    ];
    const sent = row.tries.filter(({ failure, usage }: Json) => usage !== null || !UNSENT.has(failure));
    const kept = [row.status, row.alias, row.backend, sent.length, row.error_code];
    if (JSON.stringify(said) !== JSON.stringify(kept))
      wrong.push(
        `${row.trace_id}: the log says ${JSON.stringify(said)}, the ledger ${JSON.stringify(kept)} ${JSON.stringify([line, row])}`,
      );
    const { input, output, estimated } = row.usage ?? {};
    if (row.tries.length === 1 && estimated === false && line.prompt_tokens !== undefined) {
      const [logged, inLedger] = [
        [line.prompt_tokens, line.completion_tokens],
        [input ?? 0, output ?? 0],
      ];
      if (JSON.stringify(logged) !== JSON.stringify(inLedger))
        wrong.push(`${row.trace_id}: ${logged.join()} tokens in the log, ${inLedger.join()} in the ledger`);
    }
    const cost = line.cost_usd === null ? null : String(line.cost_usd);
    if (line.cost_usd !== undefined && nanoOf(cost) !== nanoOf(row.cost_usd))
      wrong.push(`${row.trace_id}: it cost ${line.cost_usd} in the log, ${row.cost_usd} in the ledger`);
  }
}

/** Attempts that no backend heard of; one that is over its budget later has usage. */
const UNSENT = new Set(['over_budget', 'not_carried']);

function exchangesAgree({ ground, calls, endings, wrong, lives }: Campaign, rows: readonly Json[]): void {
  const byTrace = new Map(rows.map((row) => [row.trace_id, row]));
  for (const [n, { kind, status, text }] of endings) {
    const plan = planOf(ground.seed, n);
    const own = calls.of(n);
    const row = byTrace.get(traceOf(ground.seed, n));
    const isOverBudget = text.includes('budget_exceeded');
    if (row !== undefined && kind === 'answered' && row.status === 200 && !row.interrupted && !isOverBudget)
      wrong.push(...wrongIn(row, plan, own));
    // A database that is away is nobody's business.
    const isFair = own.every(
      ({ fate }) => fate === 'good' || fate === 'slow' || fate === 'lies' || fate === 'no usage',
    );
    if (kind === 'answered' && isFair && status !== 200 && !isOverBudget)
      wrong.push(`${n}: ${status} ${text.slice(0, 300)} ${lives.isAway}`);
  }
}

/** Nothing was charged beyond the bound, by the database. */
async function budgetsHold(campaign: Campaign): Promise<void> {
  for (const { budget, window, amount } of await campaign.lives.spent()) {
    if (!campaign.limits.has(budget)) campaign.wrong.push(`${budget} is no budget`);
    holds(campaign, budget, amount, `charged (${window})`);
  }
}

/** The same by what the gateway has in memory, just now. */
async function budgetsHoldNow(campaign: Campaign): Promise<void> {
  const inMemory = sums(await campaign.lives.samples(), 'budget_spent', ['budget']);
  for (const [id, { unit }] of campaign.limits) {
    const amount = Math.round((inMemory[labelOf(id)] ?? 0) * (unit === 'usd' ? 1e9 : 1));
    holds(campaign, id, BigInt(amount), 'spent in memory');
  }
}

function holds({ ground, limits, calls, lives, wrong }: Campaign, id: string, amount: bigint, what: string): void {
  const known = limits.get(id);
  // What began while nobody knew what was spent before is beyond the bound by right.
  if (known?.isHard !== true || lives.blind > 0) return;
  const excesses = Array.from({ length: EXCHANGES }, (_, n) =>
    excessOf(planOf(ground.seed, n), calls.of(n), known.unit),
  );
  const bound = boundOf(known.limit, excesses, AT_ONCE);
  if (amount > bound) wrong.push(`${id}: ${amount} ${what}, of ${known.limit} and at most ${bound}`);
}

/** What metrics call the budget of an id. */
function labelOf(id: string): string {
  return id.replace(/:\w+\/\w+$/, '');
}

/** The counters of the last life are what its lines and rows come to. */
function metricsAgree(
  { wrong }: Campaign,
  samples: Awaited<ReturnType<Lives['samples']>>,
  rows: readonly Json[],
  lines: readonly Json[],
): void {
  const byTrace = new Map(rows.map((row) => [row.trace_id, row]));
  const tokens: Record<string, number> = {};
  for (const line of lines) {
    if (line.trace_id.startsWith('books-') && !byTrace.has(line.trace_id))
      wrong.push(`${line.trace_id} has a line and no row`);
    for (const [type, count] of [
      ['prompt', line.prompt_tokens],
      ['completion', line.completion_tokens],
    ] as const)
      if (count > 0) tokens[type] = (tokens[type] ?? 0) + count;
  }
  const metered = sums(samples, 'tokens_total', ['type']);
  for (const type of ['prompt', 'completion'])
    if (metered[type] !== tokens[type])
      wrong.push(`${type} tokens: ${metered[type]} in metrics, ${tokens[type]} in the log`);
}

function traceOf(seed: number, n: number): string {
  return `books-${seed}-${n}`;
}

function report({ ground: { seed }, endings, lives }: Campaign, where: string): void {
  const counts: Record<string, number> = {};
  for (const { kind, text } of endings.values()) {
    const what = text.includes('budget_exceeded') ? 'over budget' : kind;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  // oxlint-disable-next-line no-console -- figures of the campaign, for who reads the test's output
  console.log(`BOOKS_SEED=${seed} (${where}): ${JSON.stringify(counts)}, ${lives.blind} starts without the database`);
}
