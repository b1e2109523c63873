// The proxies that are compared: how each is made to run in front of the benchmark's upstream.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ACCOUNTS, accountsConfig, type Accounts } from './accounts.ts';
import { answers, freePort, start, startTalking, type Program } from './processes.ts';

/** What the clients send to every proxy; llm-proxy is the one that asks for it. */
export const CLIENT_KEY = 'bench-client-key';
const ADMIN_KEY = 'bench-admin-key-of-nobody';

const ROOT = join(import.meta.dir, '..');
export const OUT = join(import.meta.dir, 'out');
export const EXECUTABLE = join(ROOT, 'dist', 'llm-proxy');
const READY_WITHIN_MS = 20_000;

/** A proxy that is up. */
export interface Running extends Program {
  port: number;
  headers: Record<string, string>;
}

/** A proxy that can be compared. `start` says by throwing `NotMeasured` why it cannot be, here. */
export interface Proxy {
  name: string;
  start: (upstreamPort: number) => Promise<Running>;
}

/** Why a row stays empty. */
export class NotMeasured extends Error {}

export const bare: Proxy = {
  name: 'bare Bun',
  async start(upstreamPort) {
    const program = startTalking(
      [process.execPath, join(import.meta.dir, 'bare.ts'), `http://127.0.0.1:${upstreamPort}`],
      {
        BUN_CONFIG_MAX_HTTP_REQUESTS: '65336',
      },
    );
    return { ...program, port: await portFrom(program.lines, 'the bare proxy'), headers: {} };
  },
};

export const nginx: Proxy = {
  name: 'nginx',
  async start(upstreamPort) {
    const program = await nginxProgram();
    const dir = await freshDir('nginx');
    const port = freePort();
    await writeFile(join(dir, 'nginx.conf'), nginxConfig(dir, port, upstreamPort));
    const child = start(
      [program, '-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')],
      join(dir, 'out'),
    );
    await ready(`http://127.0.0.1:${port}/health`, 'nginx');
    return { ...child, port, headers: {} };
  },
};

/** llm-proxy with everything on. `prompts` adds a system prompt to every request, which the others do not do. */
export function llmProxy(prompts: boolean): Proxy {
  const name = prompts ? 'llm-proxy + prompt' : 'llm-proxy';
  return {
    name,
    async start(upstreamPort) {
      const { argv, port } = await llmProxyCommand(upstreamPort, prompts);
      const child = start(argv, join(OUT, prompts ? 'llm-proxy-prompts.out' : 'llm-proxy.out'));
      await ready(`http://127.0.0.1:${port}/health`, name);
      return { ...child, port, headers: {} };
    },
  };
}

/** llm-proxy as above; `accounts` says what of keys, teams, budgets and ledger is configured. */
export function accounting(accounts: Accounts): Proxy {
  const name = ACCOUNTS[accounts];
  return {
    name,
    async start(upstreamPort) {
      const { argv, port } = await llmProxyCommand(upstreamPort, false, { accounts });
      const child = start(argv, join(OUT, `llm-proxy-${accounts}.out`));
      await ready(`http://127.0.0.1:${port}/health`, name);
      return { ...child, port, headers: {} };
    },
  };
}

/** llm-proxy with a limit that is reached by the first request: every other one is refused. */
export const refusing: Proxy = {
  name: 'llm-proxy, 429',
  async start(upstreamPort) {
    const { argv, port } = await llmProxyCommand(upstreamPort, false, { requestsPerSecond: 0.001 });
    const child = start(argv, join(OUT, 'llm-proxy-429.out'));
    await ready(`http://127.0.0.1:${port}/health`, 'llm-proxy');
    await fetch(`http://127.0.0.1:${port}/v1/models`, { headers: { authorization: `Bearer ${CLIENT_KEY}` } });
    return { ...child, port, headers: {} };
  },
};

export const portkey: Proxy = {
  name: 'Portkey 1.15.2',
  async start(upstreamPort) {
    const node = Bun.which('node');
    if (node === null) throw new NotMeasured('Portkey runs on Node.js, and there is none on PATH');
    await installPortkey();
    const port = freePort();
    const server = join(import.meta.dir, 'node_modules/@portkey-ai/gateway/build/start-server.js');
    const preload = join(import.meta.dir, 'loopback.cjs');
    const child = start(
      [node, '--require', preload, server, `--port=${port}`, '--headless'],
      join(OUT, 'portkey.out'),
      {
        NODE_ENV: 'production',
      },
    );
    await ready(`http://127.0.0.1:${port}/`, 'Portkey');
    const headers = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1` };
    return { ...child, port, headers };
  },
};

/** The command that starts the executable, its config newly written for a free port. */
export async function llmProxyCommand(
  upstreamPort: number,
  prompts: boolean,
  { requestsPerSecond = 1_000_000, accounts = 'none' }: { requestsPerSecond?: number; accounts?: Accounts } = {},
): Promise<{ argv: string[]; port: number }> {
  if (!existsSync(EXECUTABLE)) throw new NotMeasured('there is no dist/llm-proxy: run `make dev`');
  const dir = await freshDir(prompts ? 'llm-proxy-prompts' : `llm-proxy-${requestsPerSecond}-${accounts}`);
  const port = freePort();
  await mkdir(join(dir, 'system_prompts'));
  await writeFile(join(dir, 'system_prompts', 'bench.txt'), 'You are a careful assistant. Answer briefly.\n');
  const config = llmProxyConfig(dir, port, upstreamPort, { prompts, requestsPerSecond, accounts });
  await writeFile(join(dir, 'config.yaml'), `${config}${accountsConfig(accounts, dir, CLIENT_KEY)}`);
  return { argv: [EXECUTABLE, 'serve', '-c', join(dir, 'config.yaml')], port };
}

/** The version of nginx that is compared; undefined when there is none. */
export function nginxVersion(): string | undefined {
  const path = Bun.which('nginx');
  if (path === null) return undefined;
  return /nginx\/(\S+)/.exec(Bun.spawnSync([path, '-v']).stderr.toString())?.[1];
}

/** Every feature that a request passes through is on, with limits that it does not meet. */
function llmProxyConfig(
  dir: string,
  port: number,
  upstreamPort: number,
  { prompts, requestsPerSecond, accounts }: { prompts: boolean; requestsPerSecond: number; accounts: Accounts },
): string {
  return `listen: "127.0.0.1:${port}"
proxy_api_key: "${accounts === 'none' ? CLIENT_KEY : ADMIN_KEY}"
proxy:
  enable_system_prompt: ${prompts}
  forward_client_ip: true
backends:
  - {name: primary, url: "http://127.0.0.1:${upstreamPort}/v1", api_key: sk-bench-primary}
  - {name: standby, url: "http://127.0.0.1:${upstreamPort}/v1", api_key: sk-bench-standby}
  - {name: claude, url: "http://127.0.0.1:${upstreamPort}/v1", api_key: sk-bench-claude, protocol: anthropic}
models:
  bench:
    routes:
      - {backend: primary, model: bench-model, priority: 1}
      - {backend: standby, model: bench-model, priority: 2}
  bench-claude:
    routes:
      - {backend: claude, model: bench-model}
  other:
    routes:
      - {backend: standby, model: other-model}
fallback:
  cooldown_seconds: 300
  max_retries: 3
  alias_fallback: {bench: [other]}
detection:
  error_codes: [4xx, 5xx]
  error_patterns: [insufficient_quota, rate_limit, overloaded]
rate_limit:
  enabled: true
  global_rps: ${requestsPerSecond}
  per_ip_rps: ${requestsPerSecond}
  burst_factor: 1.5
  per_model_rps: {bench: ${requestsPerSecond}}
concurrency:
  enabled: true
  max_requests: 10000
  max_queue_size: 1000
  queue_timeout: 30s
  per_backend_limit: 10000
health_check: {enabled: true}
metrics: {enabled: true}
logging:
  level: info
  console_level: warn
  base_dir: ${JSON.stringify(join(dir, 'logs'))}
  separate_files: true
  mask_sensitive: true
  format: json
`;
}

function nginxConfig(dir: string, port: number, upstreamPort: number): string {
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 32768;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log warn;
events { worker_connections 32768; }
http {
  access_log ${dir}/access.log;
  client_body_temp_path ${dir}/body;
  proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi;
  scgi_temp_path ${dir}/scgi;
  # Large bodies stay in memory, as they do in the other proxies.
  client_max_body_size 16m;
  client_body_buffer_size 4m;
  keepalive_requests 1000000;
  upstream mock {
    server 127.0.0.1:${upstreamPort};
    keepalive 1024;
    keepalive_requests 1000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /health { return 200; }
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_read_timeout 600s;
    }
  }
}
`;
}

async function nginxProgram(): Promise<string> {
  const found = Bun.which('nginx');
  if (found !== null) return found;
  const aptGet = Bun.which('apt-get');
  if (aptGet === null || process.getuid?.() !== 0) {
    throw new NotMeasured('there is no nginx on PATH, and only root can install it (`apt-get install nginx-light`)');
  }
  console.log('Installing nginx-light ...');
  await Bun.spawn([aptGet, 'install', '-y', 'nginx-light'], { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' })
    .exited;
  const installed = Bun.which('nginx');
  if (installed === null) throw new NotMeasured('there is no nginx on PATH, and `apt-get install nginx-light` failed');
  return installed;
}

async function installPortkey(): Promise<void> {
  if (existsSync(join(import.meta.dir, 'node_modules/@portkey-ai/gateway'))) return;
  console.log('Installing Portkey into bench/node_modules ...');
  const argv = [process.execPath, 'install', '--no-save', '--ignore-scripts'];
  const child = Bun.spawn(argv, { cwd: import.meta.dir, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' });
  const [complaint, code] = await Promise.all([child.stderr.text(), child.exited]);
  if (code !== 0) throw new NotMeasured(`Portkey could not be installed: ${complaint.trim().split('\n').at(-1) ?? ''}`);
}

async function ready(url: string, name: string): Promise<void> {
  if (!(await answers(url, READY_WITHIN_MS))) {
    throw new NotMeasured(`${name} did not answer within ${READY_WITHIN_MS / 1000} s; its output is in bench/out`);
  }
}

/** Reads the port that one of our own programs prints when it listens. */
export async function portFrom(lines: AsyncGenerator<string>, name: string): Promise<number> {
  const line = await lines.next();
  const port = Number(line.value);
  if (!Number.isInteger(port)) throw new Error(`${name} did not say its port`);
  return port;
}

/** An empty folder for what a proxy reads and writes. */
export async function freshDir(name: string): Promise<string> {
  const dir = join(OUT, name);
  await Bun.$`rm -rf ${dir}`;
  await mkdir(dir, { recursive: true });
  return dir;
}
