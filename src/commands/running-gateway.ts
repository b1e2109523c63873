import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { formatListen, type ListenAddress, localUrl, parseListen } from '../config/listen.ts';
import { listenOfFile } from '../config/load.ts';
import { addressInForce } from './address-file.ts';
import { type CommandLine, type Flag, UsageError } from './command.ts';
import { configPath } from './flags.ts';

const TIMEOUT_MS = 5000;

/** Where a running gateway is, for commands that ask one. */
export const URL_FLAG: Flag = {
  name: 'url',
  value: 'URL',
  help: 'where the gateway is: `http://127.0.0.1:8765` or `unix:/run/llm-proxy.sock` (default: where the config says that it listens)',
};

/** The config does not tell where the gateway is. */
export class NoAddress extends Error {
  override readonly name = 'NoAddress';
}

/** The address of the gateway that runs by the config, else the one that the config says, as a URL or `unix:PATH`. Throws a NoAddress, or a ConfigError. */
export async function gatewayAddress(line: CommandLine): Promise<string> {
  const inForce = addressInForce(configPath(line), line.env);
  if (inForce !== undefined) return inForce.kind === 'unix' ? formatListen(inForce) : localUrl(inForce);
  const { value, from } = await listenOfFile(configPath(line), line.env);
  return urlOf(value, from);
}

/** Where a gateway that listens at `value` is asked from its own machine; `from` is the key that says so. Throws a NoAddress. */
export function urlOf(value: string, from: string): string {
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

/** A path of a gateway. */
export interface Target {
  readonly url: URL;
  readonly socketPath: string | undefined;
  /** For messages. */
  readonly shown: string;
}

/** A path of the gateway at a URL or `unix:PATH`. Throws a UsageError for what is neither. */
export function targetOf(text: string, path: string): Target {
  if (text.startsWith('unix:')) {
    const socketPath = text.slice('unix:'.length);
    return { url: new URL(`http://localhost${path}`), socketPath, shown: `${text} (${path})` };
  }
  const shown = text.replace(/\/+$/, '') + path;
  // With the path behind it, `http://` would be a URL.
  const url = URL.parse(text) && URL.parse(shown);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url ${text} is not an http:// or https:// URL`);
  return { url, socketPath: undefined, shown };
}

/** What is asked besides the path. */
export interface Asking {
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a gateway answered. */
export interface GatewayAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks a gateway; rejects if it does not answer in time. By node:http and not by `fetch`, which would use a proxy that the environment names. */
export function askGateway(
  { url, socketPath }: Target,
  { method, headers = {}, body }: Asking = {},
): Promise<GatewayAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<GatewayAnswer>();
  const options = {
    method: method ?? 'GET',
    headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(socketPath === undefined ? {} : { socketPath }),
  };
  const request = url.protocol === 'https:' ? tlsRequest : plainRequest;
  request(url, options, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => void chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
    );
  })
    .on('error', reject)
    .end(body);
  return promise;
}

/** Why a gateway did not answer, in words. */
export function unansweredReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return TIMED_OUT.has(error.name) ? `no answer within ${TIMEOUT_MS / 1000}s` : error.message;
}

/** By what the signal of a timeout ends a request. */
const TIMED_OUT: ReadonlySet<string> = new Set(['TimeoutError', 'AbortError']);

/** Whether nothing listens at an address at all. */
export function isNobodyThere(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT', 'ConnectionRefused', 'FailedToOpenSocket'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );
}
