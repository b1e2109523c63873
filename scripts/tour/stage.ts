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
/** How long anything may take to happen, in real time. */
export const PATIENCE_MS = 60_000;

type Providers = Readonly<Record<'openai' | 'azure' | 'anthropic', Provider>>;

/** Sets the stage with `config`, whose addresses are those of the page, and starts the gateway. */
export async function setStage(config: string, files: Readonly<Record<string, string>>): Promise<Stage> {
  const providers = {
    openai: await startProvider('openai'),
    azure: await startProvider('openai'),
    anthropic: await startProvider('anthropic'),
  };
  const stage = new Stage(providers, await findFreePort());
  await mkdir(join(stage.dir, 'keys'));
  for (const [path, text] of Object.entries({ ...files, 'config.yaml': config })) stage.write(path, text);
  try {
    await stage.start();
  } catch (error) {
    await stage.stop();
    throw error;
  }
  return stage;
}

/** The gateway as a process of its own whose clock runs fast, before three providers. */
export class Stage {
  readonly dir = mkdtempSync(join(tmpdir(), 'llm-proxy-tour-'));
  readonly url: string;
  readonly #epoch = Date.now();
  readonly #addresses: readonly (readonly [page: string, real: string])[];
  #child: Bun.Subprocess<'ignore', 'pipe', 'pipe'> | undefined;
  #collected: Promise<unknown> = Promise.resolve();
  /** What it prints on its two streams, whose lines have no order between them. */
  readonly #streams = { stdout: '', stderr: '' };

  constructor(
    readonly providers: Providers,
    port: number,
  ) {
    const { openai, azure, anthropic } = providers;
    this.url = `http://127.0.0.1:${port}`;
    this.#addresses = [
      ['127.0.0.1:8765', `127.0.0.1:${port}`],
      ['127.0.0.1:9101', `127.0.0.1:${openai.port}`],
      ['127.0.0.1:9102', `127.0.0.1:${azure.port}`],
      ['127.0.0.1:9103', `127.0.0.1:${anthropic.port}`],
    ];
  }

  /** Starts the gateway; resolves when it serves. */
  async start(): Promise<void> {
    const preload = ['--preload', join(import.meta.dir, 'fast-clock.ts')];
    this.#child = this.#spawn([...preload, join(ROOT, 'src/main.ts'), 'serve'], { FORCE_COLOR: '1' });
    const { stdout, stderr } = this.#child;
    this.#collected = Promise.all([this.#collect(stdout, 'stdout'), this.#collect(stderr, 'stderr')]);
    await this.until((text) => (text.includes('started') && this.banner.includes('curl ') ? true : undefined));
  }

  /** What the gateway said at its start, with the addresses of the page. */
  get banner(): string {
    return this.plain(this.#streams.stdout);
  }

  /** What it has logged so far, escapes included, with the addresses of the page. */
  get printed(): string {
    return this.plain(this.#streams.stderr);
  }

  /** Resolves to what `found` returns for what has been logged, as soon as that is something. */
  async until<T>(found: (printed: string) => T | undefined): Promise<T> {
    for (const end = Date.now() + PATIENCE_MS; ; await Bun.sleep(5)) {
      const result = found(this.printed);
      if (result !== undefined) return result;
      const isOver = this.#child?.exitCode !== null || Date.now() > end;
      if (isOver) throw new Error(`The gateway never printed it:\n${this.banner}${this.printed}`);
    }
  }

  /** Writes a file of the gateway's folder as an operator would. */
  write(path: string, text: string): void {
    const real = this.#addresses.reduce((all, [page, to]) => all.replaceAll(page, to), text);
    writeFileSync(join(this.dir, path), real, { mode: 0o600 });
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  /** Runs a command of the program in the gateway's folder; resolves to its output with the addresses of the page. */
  async command(...args: string[]): Promise<string> {
    const { stdout, stderr, exited } = this.#spawn([join(ROOT, 'src/main.ts'), ...args], { NO_COLOR: '1' });
    const [out, err] = await Promise.all([stdout.text(), stderr.text(), exited]);
    return this.plain(out + err).trimEnd();
  }

  /** Milliseconds since the epoch by the gateway's clock. */
  now(): number {
    return Date.parse(FROM) + (Date.now() - this.#epoch) * SPEED;
  }

  /** A text with the addresses of the page. */
  plain(text: string): string {
    return this.#addresses.reduce((all, [page, from]) => all.replaceAll(from, page), text);
  }

  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM');
    await this.#child?.exited;
    await this.#collected;
    for (const provider of Object.values(this.providers)) provider.stop();
    rmSync(this.dir, { recursive: true });
  }

  #spawn(argv: string[], env: Readonly<Record<string, string>>): Bun.Subprocess<'ignore', 'pipe', 'pipe'> {
    return Bun.spawn([process.execPath, ...argv], {
      cwd: this.dir,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.dir,
        TZ: 'UTC',
        LLM_PROXY_COMMAND: 'llm-proxy',
        TOUR_SPEED: String(SPEED),
        TOUR_FROM: FROM,
        TOUR_EPOCH: String(this.#epoch),
        ...env,
      },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
  }

  async #collect(stream: ReadableStream<Uint8Array>, name: 'stdout' | 'stderr'): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) this.#streams[name] += decoder.decode(bytes, { stream: true });
  }
}

/** Text without its escapes. */
export function strip(text: string): string {
  return Bun.stripANSI(text);
}
