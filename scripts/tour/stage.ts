import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../test/kit/gateway.ts';
import { startProvider, type Provider } from './providers.ts';

const ROOT = join(import.meta.dir, '../..');
/** Half an hour passes in a minute. */
export const SPEED = 30;
const FROM = '2026-11-30T03:12:00Z';
const PATIENCE_MS = 60_000;

/** What is on the stage: the gateway as a process of its own whose clock runs fast, and three providers. */
export interface Stage {
  readonly url: string;
  readonly dir: string;
  readonly providers: Readonly<Record<'openai' | 'azure' | 'anthropic', Provider>>;
  /** What the gateway has printed so far, escapes included, with the ports of the page. */
  printed(): string;
  /** Resolves to what `found` returns for what has been printed, as soon as that is something. */
  until<T>(found: (printed: string) => T | undefined): Promise<T>;
  /** Writes a file of the gateway's folder as an operator would. */
  write(path: string, text: string): void;
  read(path: string): string;
  /** Runs a command of the program in its folder; its output with the ports of the page. */
  command(...args: string[]): Promise<string>;
  /** Milliseconds since the epoch by the gateway's clock. */
  now(): number;
  /** With the ports of the page. */
  plain(text: string): string;
  stop(): Promise<void>;
}

/** Sets the stage with `config`, whose ports are those of the page, and starts the gateway. */
export async function setStage(config: string, files: Readonly<Record<string, string>>): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-tour-'));
  const providers = {
    openai: await startProvider('openai'),
    azure: await startProvider('openai'),
    anthropic: await startProvider('anthropic'),
  };
  const port = await findFreePort();
  const ports: [page: string, real: string][] = [
    ['127.0.0.1:8765', `127.0.0.1:${port}`],
    ['127.0.0.1:9101', `127.0.0.1:${providers.openai.port}`],
    ['127.0.0.1:9102', `127.0.0.1:${providers.azure.port}`],
    ['127.0.0.1:9103', `127.0.0.1:${providers.anthropic.port}`],
  ];
  const real = (text: string): string => ports.reduce((all, [page, to]) => all.replaceAll(page, to), text);
  const plain = (text: string): string => ports.reduce((all, [page, from]) => all.replaceAll(from, page), text);
  const write = (path: string, text: string): void => writeFileSync(join(dir, path), real(text), { mode: 0o600 });
  await mkdir(join(dir, 'keys'));
  for (const [path, text] of Object.entries({ ...files, 'config.yaml': config })) write(path, text);

  const epoch = Date.now();
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    TZ: 'UTC',
    FORCE_COLOR: '1',
    LLM_PROXY_COMMAND: 'llm-proxy',
    TOUR_SPEED: String(SPEED),
    TOUR_FROM: FROM,
    TOUR_EPOCH: String(epoch),
  };
  const program = [process.execPath, '--preload', join(import.meta.dir, 'fast-clock.ts'), join(ROOT, 'src/main.ts')];
  const child = Bun.spawn([...program, 'serve'], { cwd: dir, env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  let printed = '';
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) printed += decoder.decode(bytes, { stream: true });
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);

  const stage: Stage = {
    url: `http://127.0.0.1:${port}`,
    dir,
    providers,
    printed: () => plain(printed),
    async until(found) {
      const end = Date.now() + PATIENCE_MS;
      for (;;) {
        const result = found(plain(printed));
        if (result !== undefined) return result;
        if (child.exitCode !== null || Date.now() > end) throw new Error(`The gateway never printed it:\n${printed}`);
        await Bun.sleep(5);
      }
    },
    write,
    read: (path) => readFileSync(join(dir, path), 'utf8'),
    async command(...args) {
      const run = Bun.spawn([process.execPath, join(ROOT, 'src/main.ts'), ...args], {
        cwd: dir,
        env: { ...env, FORCE_COLOR: '0', NO_COLOR: '1' },
        stdin: 'ignore',
        stdout: 'pipe',
        stderr: 'pipe',
      });
      const [out, err] = await Promise.all([run.stdout.text(), run.stderr.text(), run.exited]);
      return plain(out + err).trimEnd();
    },
    now: () => Date.parse(FROM) + (Date.now() - epoch) * SPEED,
    plain,
    async stop() {
      child.kill('SIGTERM');
      await child.exited;
      await collected;
      for (const provider of Object.values(providers)) provider.stop();
      rmSync(dir, { recursive: true });
    },
  };
  await stage.until((text) => (text.includes('started') ? true : undefined));
  return stage;
}

/** Text without its escapes. */
export function strip(text: string): string {
  return Bun.stripANSI(text);
}
