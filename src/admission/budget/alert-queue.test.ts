import { describe, expect, test } from 'bun:test';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { AlertQueue, type AlertTarget } from './alert-queue.ts';
import { alertBody, alertsDue, type Alert } from './alert.ts';
import { Budget } from './budget.ts';
import { owner, ruleOf } from './budget-rule.ts';
import { budgetSpec } from './budgets.fixture.ts';
import { BudgetPool } from './pool.ts';

const NOON = Date.parse('2026-05-05T12:00:00Z');
const TARGET: AlertTarget = { url: 'http://hook/', secret: undefined };

function poolOf(
  spec: Parameters<typeof budgetSpec>[0],
  due: (alerts: readonly Alert[]) => void = () => undefined,
): BudgetPool {
  const budget = new Budget(ruleOf(owner('team:a'), budgetSpec(spec)), undefined);
  return new BudgetPool(budget, budget.counterAt(NOON), (pool) => due(alertsDue(pool, NOON)));
}

describe('an alert', () => {
  test('is due once for each percentage and window, whatever is spent at a time', () => {
    const due: number[] = [];
    const pool = poolOf({ usd: '10', per: 'day' }, (alerts) => due.push(...alerts.map(({ threshold }) => threshold)));
    const spend = (usd: number): void => {
      pool.open();
      pool.settle(0, usd * 1_000_000_000);
    };
    spend(4);
    expect(due).toEqual([]);
    spend(4.5);
    expect(due).toEqual([50, 80]);
    spend(1);
    expect(due).toEqual([50, 80]);
    spend(0.5);
    spend(10);
    expect(due).toEqual([50, 80, 100]);
  });

  test('has the same id whichever process tells it', () => {
    const idOf = (spent: number) => {
      const pool = poolOf({ usd: '10', per: 'day' });
      pool.counter.settle(0, spent);
      return alertsDue(pool, NOON + spent)[0]?.id;
    };
    expect(idOf(6_000_000_000)).toBe(idOf(7_000_000_000) ?? '');
    expect(idOf(6_000_000_000)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('is not due for a budget that only observes', () => {
    const pool = poolOf({ requests: 1, per: 'day', mode: 'observe' });
    pool.counter.settle(0, 5);
    expect(alertsDue(pool, NOON)).toEqual([]);
  });

  test('says what a receiver needs, money as text', () => {
    const pool = poolOf({ usd: '0.3', per: 'total', alert_at: [99.5] });
    pool.counter.settle(0, 299_000_000);
    const [alert] = alertsDue(pool, NOON);
    if (alert === undefined) throw new Error('it is due');
    expect(JSON.parse(alertBody(alert))).toEqual({
      type: 'budget_alert',
      id: alert.id,
      budget: 'team:a/usd-total',
      threshold: 99.5,
      unit: 'usd',
      limit: '0.3',
      spent: '0.299',
      mode: 'hard',
      window_start: '1970-01-01T00:00:00.000Z',
      window_end: null,
      at: '2026-05-05T12:00:00.000Z',
    });
  });
});

/** An alert to be sent. */
function alert(id: string): Alert {
  const pool = poolOf({ requests: 1, per: 'day' });
  pool.counter.settle(0, 1);
  const [first] = alertsDue(pool, NOON);
  if (first === undefined) throw new Error('it is due');
  return { ...first, id };
}

/** A queue, and what it did. */
function queueOf(answer: (alert: Alert, tries: number) => string | undefined) {
  const clock = new FakeClock();
  const [tried, sent, failed]: string[][] = [[], [], []];
  const queue = new AlertQueue(
    clock,
    ({ id }) => {
      tried?.push(id);
      return Promise.resolve(answer(alert(id), tried?.length ?? 0));
    },
    { sent: ({ id }) => sent?.push(id), failed: ({ id }, why) => failed?.push(`${id} ${why}`) },
  );
  queue.target = TARGET;
  return { clock, queue, tried, sent, failed };
}

/** Lets promises that are settled go on. */
async function settle(): Promise<void> {
  for (let n = 0; n < 20; n++) await Promise.resolve();
}

describe('alerts on their way', () => {
  test('are told again until they are taken, with longer and longer pauses', async () => {
    const { clock, queue, tried, sent } = queueOf((_, tries) => (tries < 4 ? 'status_503' : undefined));
    queue.add(alert('a'));
    await settle();
    expect(tried).toEqual(['a']);
    for (const pause of [1000, 2000, 4000]) {
      clock.advance(pause - 1);
      await settle();
      const before = tried?.length;
      clock.advance(1);
      await settle();
      expect(tried?.length).toBe((before ?? 0) + 1);
    }
    expect(sent).toEqual(['a']);
    expect(queue.waiting).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('hold up no others while they are refused', async () => {
    const { clock, queue, sent, failed } = queueOf(({ id }) => (id.startsWith('bad') ? 'status_400' : undefined));
    for (let n = 0; n < 20; n++) queue.add(alert(`bad-${n}`));
    queue.add(alert('good'));
    await settle();
    await settle();
    expect(sent).toEqual(['good']);
    expect(queue.waiting).toBe(20);
    clock.advance(5000);
    await settle();
    queue.add(alert('later'));
    await settle();
    expect(sent).toEqual(['good', 'later']);
    expect(failed).toEqual([]);
    await queue.close();
    expect([failed?.length, clock.pending]).toEqual([20, 0]);
  });

  test('are so many at once at most, and the same one once only', async () => {
    const open: (() => void)[] = [];
    const queue = new AlertQueue(new FakeClock(), () => new Promise((resolve) => open.push(() => resolve(undefined))), {
      sent: () => undefined,
      failed: () => undefined,
    });
    queue.target = TARGET;
    for (let n = 0; n < 30; n++) queue.add(alert(String(n % 15)));
    await settle();
    expect([open.length, queue.waiting]).toEqual([8, 7]);
    open.shift()?.();
    await settle();
    expect([open.length, queue.waiting]).toEqual([8, 6]);
    while (open.length > 0) {
      open.shift()?.();
      await settle();
      expect(open.length).toBeLessThanOrEqual(8);
    }
    expect(queue.waiting).toBe(0);
    await queue.close();
  });

  test('are not told again where another node has told them between two tries', async () => {
    const { clock, queue, tried } = queueOf(() => 'status_503');
    let isTold = false;
    queue.memory = { isTold: () => Promise.resolve(isTold), noteTold: () => Promise.resolve() };
    queue.add(alert('a'));
    await settle();
    isTold = true;
    clock.advance(1000);
    await settle();
    expect([tried, queue.waiting, clock.pending]).toEqual([['a'], 0, 0]);
  });

  test('are given up after a while', async () => {
    const { clock, queue, sent, failed } = queueOf(({ id }) => (id === 'a' ? 'ECONNREFUSED' : undefined));
    queue.add(alert('a'));
    queue.add(alert('b'));
    for (let n = 0; n < 20; n++) {
      await settle();
      clock.advance(600_000);
    }
    await settle();
    expect(failed).toEqual(['a ECONNREFUSED']);
    expect(sent).toEqual(['b']);
  });

  test('that were told before are not told again, and those that are told are remembered', async () => {
    const { queue, tried, sent } = queueOf(() => undefined);
    const noted: string[] = [];
    queue.memory = {
      isTold: ({ id }) => Promise.resolve(id === 'old'),
      noteTold: ({ id }) => Promise.resolve(void noted.push(id)),
    };
    queue.add(alert('old'));
    queue.add(alert('new'));
    await settle();
    expect([tried, sent, noted]).toEqual([['new'], ['new'], ['new']]);
  });

  test('are so many at most, and none without somebody to tell', async () => {
    const { queue, failed, tried } = queueOf(() => 'status_500');
    queue.target = undefined;
    queue.add(alert('nobody'));
    queue.target = TARGET;
    // Eight are on their way.
    for (let n = 0; n < 1010; n++) queue.add(alert(String(n)));
    expect(queue.waiting).toBe(1000);
    expect(failed).toEqual(['1008 queue_full', '1009 queue_full']);
    await settle();
    expect(tried?.slice(0, 8)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    await queue.close();
    expect(queue.waiting).toBe(0);
    expect(failed?.length).toBe(1010);
  });
});
