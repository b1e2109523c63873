import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { formatListen, type ListenAddress, parseListen } from '../config/listen.ts';
import type { Environment } from '../lib/environment.ts';

/**
 * Where a running gateway says on which address it listens, for `llm-proxy health`: the config may say something else by
 * now that was refused. It is a file of a few bytes in the folder for temporary files, or in `./logs` where that is not to
 * be written to, as in an image whose file system is read-only. Without either, `health` goes by the config.
 */
export class AddressFile {
  readonly #paths: readonly string[];
  #written: string | undefined;

  /** `config`: the file that the gateway goes by, whether it exists or not. */
  constructor(config: string, env: Environment) {
    this.#paths = pathsFor(config, env);
    process.once('exit', () => this.#remove());
  }

  /** Never throws: the gateway serves without it. */
  write(address: ListenAddress): void {
    const text = JSON.stringify({ pid: process.pid, listen: formatListen(address) });
    this.#written = this.#paths.find((path) => isReplaced(path, text));
  }

  #remove(): void {
    // Another gateway may have begun with the same config since.
    if (this.#written !== undefined && read(this.#written)?.pid === process.pid) rmSync(this.#written, { force: true });
  }
}

/** On which address the gateway that goes by this config listens; undefined where none is known to run. */
export function addressInForce(config: string, env: Environment): ListenAddress | undefined {
  for (const path of pathsFor(config, env)) {
    const found = read(path);
    if (found !== undefined && isAlive(found.pid)) return found.address;
  }
  return undefined;
}

/** One for each config, environment and user: whoever shares them goes by the same address. */
function pathsFor(config: string, env: Environment): string[] {
  const what = JSON.stringify([resolve(config), env['LLM_PROXY_LISTEN'] ?? '']);
  const name = `.llm-proxy-${process.getuid?.() ?? 0}-${createHash('sha256').update(what).digest('hex').slice(0, 16)}`;
  return [tmpdir(), resolve('logs')].map((folder) => join(folder, name));
}

/** Anybody may write to the folder: a new file is written and then renamed, so that no link is followed. */
function isReplaced(path: string, text: string): boolean {
  const made = `${path}.${process.pid}`;
  try {
    rmSync(made, { force: true });
    writeFileSync(made, text, { flag: 'wx', mode: 0o600 });
    renameSync(made, path);
    return true;
  } catch {
    rmSync(made, { force: true });
    return false;
  }
}

interface Found {
  readonly pid: number;
  readonly address: ListenAddress;
}

/** Undefined for what this user has not written. */
function read(path: string): Found | undefined {
  try {
    const state = lstatSync(path);
    const isOwn = process.getuid === undefined || state.uid === process.getuid();
    if (!state.isFile() || !isOwn || state.size > MOST_BYTES) return undefined;
    const { pid, listen } = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
    if (typeof pid !== 'number' || typeof listen !== 'string') return undefined;
    return { pid, address: parseListen(listen) };
  } catch {
    // Not there, or nothing that this version writes.
    return undefined;
  }
}

const MOST_BYTES = 4096;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
