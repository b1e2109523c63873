import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { formatListen, type ListenAddress, localUrl, parseListen } from '../config/listen.ts';
import { listenOfFile } from '../config/load.ts';
import { ConfigError } from '../config/problem.ts';
import { addressInForce } from './address-file.ts';
import type { Command, CommandLine, Flag } from './command.ts';
import { UsageError } from './command.ts';
import { CONFIG, configPath } from './flags.ts';

const TIMEOUT_MS = 5000;

const URL_FLAG: Flag = {
  name: 'url',
  value: 'URL',
  help: 'where the gateway is: `http://127.0.0.1:8765` or `unix:/run/llm-proxy.sock` (default: where the config says that it listens)',
};

/** `llm-proxy health`: asks a running gateway whether it is alive, as a container's health check does. */
export const health: Command = {
  name: 'health',
  summary: 'ask a running gateway whether it is alive, and exit 0 or 1',
  text: [
    'Asks `GET /health` of the gateway on this machine, directly and never through a proxy of the environment, and waits up to 5 seconds. The address is the one on which the gateway that runs by the config listens, whatever the config says by now: the gateway notes it in a small file in the folder for temporary files, or in `./logs`, which only its user may read. Where there is none, it is that of `listen` in the config, or of `LLM_PROXY_LISTEN`. A gateway that was started with `--listen` or `--port` needs `--url`.',
  ],
  flags: [URL_FLAG, CONFIG],
  examples: [
    { words: ['health'], does: 'asks the gateway of `config.yaml`' },
    { words: ['health', '--url', 'http://127.0.0.1:9000'], does: 'asks another one' },
  ],
  exits: { 1: 'it does not answer, or not with 200' },
  run: ask,
};

async function ask(line: CommandLine): Promise<number> {
  let target: Target;
  try {
    target = targetOf(line.flags.value(URL_FLAG) ?? (await listened(line)));
  } catch (error) {
    if (!(error instanceof NoAddress || error instanceof ConfigError)) throw error;
    line.err(`${error.message}: name the gateway's address with --url`);
    return 1;
  }
  try {
    const status = await statusOf(target);
    if (status === 200) return 0;
    line.err(`${target.shown} answered ${status}`);
  } catch (error) {
    line.err(`${target.shown} does not answer: ${reasonOf(error)}`);
  }
  return 1;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return TIMED_OUT.has(error.name) ? `no answer within ${TIMEOUT_MS / 1000}s` : error.message;
}

/** By what the signal of a timeout ends a request. */
const TIMED_OUT: ReadonlySet<string> = new Set(['TimeoutError', 'AbortError']);

/** The config does not tell where the gateway is. */
class NoAddress extends Error {
  override readonly name = 'NoAddress';
}

/** The address of the gateway that runs by the config, else the one that the config says, as a URL or `unix:PATH`. Throws a NoAddress, or a ConfigError. */
async function listened(line: CommandLine): Promise<string> {
  const inForce = addressInForce(configPath(line), line.env);
  if (inForce !== undefined) return inForce.kind === 'unix' ? formatListen(inForce) : localUrl(inForce);
  const { value, from } = await listenOfFile(configPath(line), line.env);
  let address: ListenAddress;
  try {
    address = parseListen(value);
  } catch (error) {
    throw new NoAddress(`${from} ${value} ${(error as Error).message}`);
  }
  if (address.kind === 'unix') return value;
  if (address.port === 0) throw new NoAddress(`${from} ${value} is any free port`);
  return localUrl(address);
}

interface Target {
  readonly url: URL;
  readonly socketPath: string | undefined;
  readonly shown: string;
}

function targetOf(text: string): Target {
  if (text.startsWith('unix:')) {
    const socketPath = text.slice('unix:'.length);
    return { url: new URL('http://localhost/health'), socketPath, shown: `${text} (/health)` };
  }
  const shown = `${text.replace(/\/+$/, '')}/health`;
  // With the path behind it, `http://` would be a URL.
  const url = URL.parse(text) && URL.parse(shown);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url ${text} is not an http:// or https:// URL`);
  return { url, socketPath: undefined, shown };
}

/** By node:http and not by `fetch`, which would send it to a proxy that the environment names. */
function statusOf({ url, socketPath }: Target): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const options = { signal: AbortSignal.timeout(TIMEOUT_MS), ...(socketPath === undefined ? {} : { socketPath }) };
  const request = url.protocol === 'https:' ? tlsRequest : plainRequest;
  request(url, options, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  })
    .on('error', reject)
    .end();
  return promise;
}
