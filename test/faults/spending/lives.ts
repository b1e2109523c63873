// The gateway of a campaign of spending, which is killed and started again in the same folder, and what its lives leave.
import { Database } from 'bun:sqlite';
import { SQL } from 'bun';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { send } from '../../kit/client.ts';
import { command } from '../../kit/command.ts';
import { findFreePort, startGateway, type Gateway } from '../../kit/gateway.ts';
import type { Json } from '../../kit/json.ts';
import type { Postgres } from '../../kit/postgres.ts';
import { readSamples } from '../books.ts';
import { OPERATOR_KEY } from './config.ts';

/** A row of what was spent, as the database has it. */
export interface Spent {
  readonly budget: string;
  readonly window: number;
  readonly amount: bigint;
}

/** One gateway after the other, in one folder and at one port. */
export class Lives {
  readonly dir = mkdtempSync(join(tmpdir(), 'llm-proxy-spending-'));
  #gateway: Gateway | undefined;
  #lock: Database | undefined;
  /** How many lives began while the database was away. */
  blind = 0;
  isAway = false;

  private constructor(
    private readonly port: number,
    private readonly server: Postgres | undefined,
    private readonly database: string | undefined,
  ) {}

  static async begin(config: object, server: Postgres | undefined, database: string | undefined): Promise<Lives> {
    const lives = new Lives(await findFreePort(), server, database);
    await lives.start(config);
    return lives;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('it is not there');
    return this.#gateway;
  }

  async start(config: object): Promise<void> {
    if (this.isAway) this.blind += 1;
    const listen = `127.0.0.1:${this.port}`;
    this.#gateway = await startGateway({ dir: this.dir, config: { ...config, listen } });
  }

  /** Ends it with a signal; resolves to how it ended. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    return await this.gateway.stop(signal);
  }

  reload(config: object): Promise<number> {
    this.gateway.writeConfig({ ...config, listen: `127.0.0.1:${this.port}` });
    return this.ask('/admin/reload', 'POST').then(({ status }) => status);
  }

  /** SQLite is locked by another process's transaction; the server of PostgreSQL is ended. */
  async takeDatabase(): Promise<void> {
    if (this.isAway) return;
    this.isAway = true;
    if (this.server !== undefined) return await this.server.kill();
    this.#lock = new Database(join(this.dir, 'data', 'llm-proxy.db'));
    this.#lock.run('PRAGMA busy_timeout = 20000');
    this.#lock.run('BEGIN IMMEDIATE');
  }

  async giveDatabaseBack(): Promise<void> {
    if (!this.isAway) return;
    this.isAway = false;
    if (this.server !== undefined) return await this.server.start();
    this.#lock?.run('ROLLBACK');
    this.#lock?.close();
    this.#lock = undefined;
  }

  /** The samples of its metrics. */
  async samples(): Promise<ReturnType<typeof readSamples>> {
    const answer = await this.ask('/metrics');
    return readSamples((await answer.whole()).text);
  }

  async status(): Promise<Json> {
    return await (await this.ask('/admin/status')).json();
  }

  ask(path: string, method = 'GET') {
    return send(this.url + path, { method, headers: { authorization: `Bearer ${OPERATOR_KEY}`, connection: 'close' } });
  }

  /** `llm-proxy ledger …` beside it. */
  async ledger(...words: string[]): Promise<{ readonly code: number | NodeJS.Signals; readonly out: string }> {
    const { code, out, err } = await command([process.execPath, MAIN, 'ledger', ...words, '-c', 'config.yaml'], {
      cwd: this.dir,
      env: { PATH: process.env.PATH ?? '', HOME: this.dir },
    });
    return { code, out: code === 0 ? out : `${out}\n${err}` };
  }

  /** What the database has of budgets, read past the program. */
  async spent(): Promise<Spent[]> {
    const file = join(this.dir, 'data', 'llm-proxy.db');
    const sql = new SQL(
      this.database === undefined ? { adapter: 'sqlite', filename: file } : { url: this.database, max: 1 },
    );
    try {
      const rows = (await sql.unsafe(
        'SELECT budget, window_start AS start, CAST(amount AS TEXT) AS amount FROM budget_spend',
      )) as Json[];
      return rows.map(({ budget, start, amount }) => ({ budget, window: Number(start), amount: BigInt(amount) }));
    } finally {
      await sql.close();
    }
  }

  async close(): Promise<void> {
    await this.#gateway?.stop('SIGKILL');
    await this.giveDatabaseBack();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const MAIN = resolve(import.meta.dir, '../../../src/main.ts');
