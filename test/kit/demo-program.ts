import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, type Running } from './command.ts';
import { started } from './demo.ts';
import { findFreePort } from './gateway.ts';
import { eventually } from './settled.ts';

const MAIN = join(import.meta.dir, '../../src/main.ts');

/** A gateway that was started without a config, as a new user starts it. */
export interface DemoProgram {
  readonly url: string;
  readonly program: Running;
  /** Where it makes its temporary folders. */
  readonly temporary: string;
  /** Ends it, waits for that, and removes what the test has made. */
  stop(): Promise<void>;
}

/** What is other than usual. */
export interface DemoProgramOptions {
  /** Added to its environment, which has nothing of this one's but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** The text of a config file. */
  readonly config?: string;
  /** A folder for temporary files that another has used before. */
  readonly temporary?: string;
}

/** Starts it in an empty folder, and resolves when it listens. */
export async function startDemoProgram(options: DemoProgramOptions = {}): Promise<DemoProgram> {
  const home = mkdtempSync(join(tmpdir(), 'llm-proxy-new-user-'));
  const temporary = options.temporary ?? join(home, 'tmp');
  mkdirSync(temporary, { recursive: true });
  if (options.config !== undefined) writeFileSync(join(home, 'config.yaml'), options.config);
  const port = await findFreePort();
  const env = { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: temporary, ...options.env };
  const program = start([process.execPath, MAIN, 'serve', '--port', `${port}`], { cwd: home, env });
  await started(program);
  return {
    url: `http://127.0.0.1:${port}`,
    program,
    temporary,
    async stop() {
      program.signal('SIGTERM');
      await program.exited;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits until a demo has its whole past, and what it shows of it. */
export async function hasHistory({ url }: Pick<DemoProgram, 'url'>): Promise<void> {
  await eventually(
    async () => {
      const [overview, keys] = await Promise.all(
        ['overview', 'keys'].map(async (name) => (await fetch(`${url}/admin/${name}`, { keepalive: false })).json()),
      );
      // Keys and teams are read from the database every second.
      return (overview as Shown).before !== null && ((keys as Shown).data?.length ?? 0) > 0;
    },
    { timeoutMs: 30_000, everyMs: 100 },
  );
}

interface Shown {
  readonly before?: object | null;
  readonly data?: readonly object[];
}
