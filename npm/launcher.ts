#!/usr/bin/env node
// Starts the executable of this platform, which is in an npm package of its own, and behaves as the executable does:
// arguments, standard streams, signals and the exit code are passed on.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';

/** Of the package that this is in. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly homepage: string;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const require = createRequire(import.meta.url);
const manifest = require('../package.json') as Manifest;

/** The files of a processor's two loaders. */
interface Loaders {
  readonly musl: string;
  readonly glibc: string;
}

/** As the platform packages name them. */
const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };

/** The loaders of musl and glibc; an executable starts only where its own is. */
const LOADERS: Partial<Record<NodeJS.Architecture, Loaders>> = {
  x64: { musl: '/lib/ld-musl-x86_64.so.1', glibc: '/lib64/ld-linux-x86-64.so.2' },
  arm64: { musl: '/lib/ld-musl-aarch64.so.1', glibc: '/lib/ld-linux-aarch64.so.1' },
};
/**
 * Ctrl-C under npx comes twice, from the terminal and from npm, and a second signal ends the gateway before its requests
 * are done. So within this time the same signal counts once.
 */
const SAME_SIGNAL_MS = 1000;
/** How often it is asked whether npm is still there. */
const PARENT_MS = 500;
/**
 * What ends or reloads the executable, from a terminal or a supervisor. Others end this process alone, as SIGKILL does: the
 * executable sees by `LLM_PROXY_LAUNCHER` that it is gone.
 */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGABRT', 'SIGALRM', 'SIGUSR2', 'SIGXCPU'] as const;
/** What musl's loader exits with where a library is missing. */
const NOT_LOADED = 127;

const system = SYSTEMS[process.platform];
const isMusl = system === 'linux' && usesMusl(LOADERS[process.arch]);
const platform = `${system}-${process.arch}${isMusl ? '-musl' : ''}`;
start(executableOf(`@llm-proxy/${platform}`));

/** The path of the executable; ends the process with a reason if there is none. */
function executableOf(packageName: string): string {
  if (!(packageName in manifest.optionalDependencies)) {
    const known = Object.keys(manifest.optionalDependencies).map((name) => name.slice('@llm-proxy/'.length));
    fail(
      `there is no executable for ${process.platform} on ${process.arch}, only for ${known.join(', ')}.`,
      `Other ways to run it: ${manifest.homepage}`,
    );
  }
  try {
    return require.resolve(`${packageName}/bin/llm-proxy${system === 'windows' ? '.exe' : ''}`);
  } catch {
    return fail(
      `the package ${packageName}, which holds the executable for this platform, is not installed.`,
      'It is left out by --omit=optional or --no-optional, by a lock file made on another platform, and where',
      'node_modules was copied from another machine. Remove node_modules and the lock file, then install again here:',
      `  npm install ${manifest.name}@${manifest.version} --include=optional`,
    );
  }
}

function start(executable: string): void {
  const isWindows = system === 'windows';
  const child = spawn(executable, process.argv.slice(2), {
    stdio: 'inherit',
    // In a session of its own the terminal's signals reach it by this process alone, once each.
    detached: !isWindows,
    env: {
      ...process.env,
      LLM_PROXY_COMMAND: process.env.LLM_PROXY_COMMAND || command(),
      LLM_PROXY_LAUNCHER: `${process.pid}`,
    },
  });
  const lastAt = passSignalsOn(child, isWindows);
  // A signal to npm ends the shell between it and this process, and reaches no further.
  if (process.env.npm_config_user_agent !== undefined) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid === parent || lastAt.has('SIGINT') || lastAt.has('SIGTERM')) return;
      lastAt.set('SIGTERM', performance.now());
      child.kill('SIGTERM');
    }, PARENT_MS).unref();
  }
  child.on('error', (error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'its loader (glibc or musl) is missing' : error.message;
    fail(`${executable} does not start: ${why}.`, `Other ways to run it: ${manifest.homepage}`);
  });
  child.on('exit', (code, signal) => {
    if (signal !== null) endBy(signal);
    if (code === NOT_LOADED && isMusl) process.stderr.write('llm-proxy needs libstdc++ here: apk add libstdc++\n');
    process.exit(code ?? 1);
  });
}

/** Passes signals on; returns when each came last. */
function passSignalsOn(child: ChildProcess, isWindows: boolean): Map<NodeJS.Signals, number> {
  const lastAt = new Map<NodeJS.Signals, number>();
  for (const signal of PASSED_ON) {
    process.on(signal, () => {
      // A console of Windows tells every process of it.
      if (isWindows) return;
      const now = performance.now();
      if (now - (lastAt.get(signal) ?? -Infinity) < SAME_SIGNAL_MS) return;
      lastAt.set(signal, now);
      child.kill(signal);
    });
  }
  if (isWindows) return lastAt;
  // Ctrl-Z. In a session without a terminal SIGTSTP itself would do nothing.
  process.on('SIGTSTP', () => {
    child.kill('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  });
  process.on('SIGCONT', () => child.kill('SIGCONT'));
  return lastAt;
}

/** Ends as the executable has ended, so that whoever waits sees the signal. */
function endBy(signal: NodeJS.Signals): never {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // One that does not end this process.
  process.exit(128 + constants.signals[signal]);
}

/** The words by which this was called, for messages that name a command. */
function command(): string {
  const { npm_command: npm, npm_config_user_agent: agent = '' } = process.env;
  if (agent.startsWith('bun/')) return `bunx ${manifest.name}`;
  if (agent.startsWith('pnpm/')) return `pnpm dlx ${manifest.name}`;
  return npm === undefined ? 'llm-proxy' : `npx ${manifest.name}`;
}

/** Whether this system's programs are linked with musl; where both loaders are there, whether Node is. */
function usesMusl(loaders: Loaders | undefined): boolean {
  if (loaders === undefined || !fs.existsSync(loaders.musl)) return false;
  if (!fs.existsSync(loaders.glibc)) return true;
  // A program names its loader at its beginning.
  const head = Buffer.alloc(4096);
  const file = fs.openSync(process.execPath, 'r');
  fs.readSync(file, head);
  fs.closeSync(file);
  return head.includes(loaders.musl);
}

function fail(...lines: readonly string[]): never {
  process.stderr.write(`llm-proxy: ${lines.join('\n')}\n`);
  process.exit(1);
}
