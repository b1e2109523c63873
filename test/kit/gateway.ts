import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Json } from './json.ts';

/** A gateway that runs as a child process, in a directory of its own that goes with it. */
export interface Gateway {
  /** `http://127.0.0.1:PORT`, without `/v1`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Its working directory; the config is `config.yaml` in it. */
  readonly dir: string;
  stdout(): string;
  stderr(): string;
  /** The request lines logged so far, oldest first, of the files under `base_dir` (`requests/` unless told). */
  logs(folder?: 'requests' | 'errors'): Json[];
  /** Writes the config anew, completed as at the start (same port). */
  writeConfig(config: string | object): void;
  /** Writes any file of its directory; prompts, for example. */
  writeFile(path: string, text: string): void;
  signal(name: NodeJS.Signals): void;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Sends the signal (SIGTERM unless told), waits for the exit and removes the directory. Fine to call twice. */
  stop(name?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

export interface GatewayOptions {
  /**
   * An object, or YAML text that is written as it is. Where it has no `listen` (or, in an object, one with port 0) it
   * gets a free port of 127.0.0.1; where it has no `logging`, `base_dir: ./logs`. Without a config the gateway starts as
   * it does in an empty directory: at its default address.
   */
  readonly config?: string | object;
  /** Everything it sees of the environment but PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** More arguments. */
  readonly args?: readonly string[];
  /** Files to be there at its start: path → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** How many files it may have open (`ulimit -n`). */
  readonly maxOpenFiles?: number;
  /** How large its files may become, in KiB (`ulimit -S -f`), as on a disk that is full. */
  readonly maxFileKib?: number;
  /** Its working directory, which is there already and stays: that of another gateway before it, say. */
  readonly dir?: string;
}

/** Starts the gateway from source and waits until `/health` answers; rejects with its output if it exits first. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const child = await spawnGateway(options);
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  let exit: number | NodeJS.Signals | undefined;
  void child.exited.then((how) => {
    exit = how;
  });
  while (!(await answersHealth(child.url))) {
    if (exit !== undefined || performance.now() > deadlineMs) {
      await child.stop('SIGKILL');
      const why = exit === undefined ? `did not answer ${child.url}/health` : `exited with ${exit}`;
      throw new Error(`the gateway ${why}\n${child.stdout()}\n${child.stderr()}`);
    }
    await Bun.sleep(10);
  }
  return child;
}

/** Starts it and does not wait: for configs that it must refuse. */
export async function spawnGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, env = {}, args = [], files = {} } = options;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'llm-proxy-test-'));
  const port = config === undefined ? portOf(env) : (listenPort(config) ?? (await findFreePort()));
  const writeFile = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  let baseDir = resolve(dir, 'logs');
  const writeConfig = (next: string | object): void => {
    const text = completed(next, port);
    writeFile('config.yaml', text);
    baseDir = resolve(dir, readYaml(text)?.logging?.base_dir ?? './logs');
  };
  for (const [path, text] of Object.entries(files)) writeFile(path, text);
  if (config !== undefined) writeConfig(config);

  const [stdout, stderr] = [new Output(), new Output()];
  const child = Bun.spawn({
    cmd: [...limited(options), process.execPath, MAIN, ...(config === undefined ? [] : ['-c', 'config.yaml']), ...args],
    cwd: dir,
    env: { PATH: process.env.PATH ?? '', HOME: dir, ...env },
    stdin: 'ignore',
    stdout: stdout.fd,
    stderr: stderr.fd,
  });
  running.add(child);
  const exited = child.exited.then((code) => {
    running.delete(child);
    stdout.end();
    stderr.end();
    return child.signalCode ?? code;
  });

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    dir,
    stdout: () => stdout.text,
    stderr: () => stderr.text,
    logs: (folder = 'requests') => readLines(join(baseDir, folder)),
    writeConfig,
    writeFile,
    signal: (name) => child.kill(name),
    exited,
    async stop(name = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(name);
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      const how = await exited;
      clearTimeout(killer);
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
      return how;
    },
  };
}

/** A shell that sets limits, if there are any. Blocks are of 1024 bytes where it is bash, else of 512. */
function limited({ maxOpenFiles, maxFileKib }: GatewayOptions): string[] {
  const limits = [
    ...(maxOpenFiles === undefined ? [] : [`ulimit -n ${maxOpenFiles}`]),
    ...(maxFileKib === undefined ? [] : ["trap '' XFSZ", `ulimit -S -f ${maxFileKib}`]),
  ];
  return limits.length === 0 ? [] : ['sh', '-c', [...limits, 'exec "$@"'].join(' && '), 'sh'];
}

const MAIN = resolve(import.meta.dir, '../../src/main.ts');
const DEFAULT_PORT = 8765;

/** Where one listens without a config: the port of `LLM_PROXY_LISTEN`, or the default. */
function portOf({ LLM_PROXY_LISTEN: listen }: NonNullable<GatewayOptions['env']>): number {
  return listen === undefined ? DEFAULT_PORT : Number(/\d+$/.exec(listen)?.[0] ?? DEFAULT_PORT);
}
const START_TIMEOUT_MS = 15_000;
/** Longer than the default `server.shutdown_timeout`, which a test may want to see the end of. */
const STOP_TIMEOUT_MS = 40_000;

/** Children of tests that failed before they stopped them must not outlive the run. */
const running = new Set<Bun.Subprocess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * The config with an address and a log folder. Text keeps its lines, so that the positions in error messages stay; what
 * is missing comes after them.
 */
function completed(config: string | object, port: number): string {
  const listen = `127.0.0.1:${port}`;
  if (typeof config === 'object') {
    const { listen: given, ...rest } = config as Record<string, unknown>;
    const isFree = given === undefined || (typeof given === 'string' && given.endsWith(':0'));
    return stringify({ listen: isFree ? listen : given, logging: LOGGING, ...rest });
  }
  const keys = readYaml(config);
  if (keys === undefined) return config;
  const missing = { ...('listen' in keys ? {} : { listen }), ...('logging' in keys ? {} : { logging: LOGGING }) };
  if (Object.keys(missing).length === 0) return config;
  return `${config.replace(/\n?$/, '\n')}${stringify(missing)}`;
}

const LOGGING = { base_dir: './logs', separate_files: true };

/** The top-level keys; undefined where the text is no YAML mapping, which is then left alone. */
function readYaml(text: string): Record<string, Json> | undefined {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function listenPort(config: string | object): number | undefined {
  const listen: unknown = (typeof config === 'string' ? readYaml(config) : (config as Record<string, unknown>))?.listen;
  const match = typeof listen === 'string' ? /:(\d+)$/.exec(listen) : null;
  return match === null || match[1] === '0' ? undefined : Number(match[1]);
}

/**
 * A port that was free a moment ago, out of those that no system gives to outgoing connections: of its own ones the
 * kernel may take one for a client before it is listened on, or even connect a client to itself.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((done) => {
      server.once('error', () => done(false));
      server.listen(port, () => done(true));
    });
    if (!isFree) continue;
    await new Promise<void>((done) => void server.close(() => done()));
    return port;
  }
}

async function answersHealth(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000), keepalive: false });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** What a child writes, in a file. Not in a pipe: on a busy machine Bun now and then misses the last bytes and the end of one. */
class Output {
  readonly #dir = mkdtempSync(join(tmpdir(), 'llm-proxy-output-'));
  readonly fd = openSync(join(this.#dir, 'output'), 'a+');
  #last: string | undefined;

  /** All of it so far. */
  get text(): string {
    return this.#last ?? this.#read();
  }

  /** To be called when the child is gone: keeps the text and lets go of the file. */
  end(): void {
    this.#last = this.#read();
    closeSync(this.fd);
    rmSync(this.#dir, { recursive: true });
  }

  #read(): string {
    const bytes = Buffer.alloc(fstatSync(this.fd).size);
    return bytes.toString('utf8', 0, readSync(this.fd, bytes, 0, bytes.length, 0));
  }
}

function byAge(one: string, other: string): number {
  const age = (name: string): [string, number] => {
    const [, day = name, number] = /^(.*?)(?:\.(\d+))?\.log$/.exec(name) ?? [];
    // Full files are numbered as they are put aside; the one without a number is being written.
    return [day, Number(number ?? Infinity)];
  };
  const [[day, number], [otherDay, otherNumber]] = [age(one), age(other)];
  return day < otherDay ? -1 : day > otherDay ? 1 : number < otherNumber ? -1 : 1;
}

/** The JSON lines of a folder's files, in the order of their `ts`; a line that is still being written is left out. */
function readLines(folder: string): Json[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort(byAge);
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  const lines = texts.flatMap((text) => text.split('\n').slice(0, -1)).map((line) => JSON.parse(line));
  return lines.sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
}
