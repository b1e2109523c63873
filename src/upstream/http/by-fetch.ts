import type { UpstreamRequest } from '../../core/route.ts';
import type { UpstreamAnswer } from '../../core/upstream-answer.ts';
import type { Upload } from '../../core/upload.ts';
import { namesProxy } from '../../lib/proxy-variables.ts';
import { answerOf } from '../transports/response-answer.ts';
import { decoded } from './decode.ts';
import type { Environment } from '../../lib/environment.ts';

/** Whether the usual variables name a proxy for the URL, as Bun's `fetch` goes by them. In doubt they do. */
export function isProxied({ protocol, hostname, host }: URL, env: Environment): boolean {
  if (!namesProxy(env, protocol)) return false;
  const { NO_PROXY: upper = '', no_proxy: lower = '' } = env;
  const listed = upper === '' ? lower : upper;
  const exceptions = listed.split(',').map((entry) => entry.trim().toLowerCase());
  return !exceptions.some((entry) => entry === '*' || entry === hostname || entry === host);
}

/**
 * Sends a request through the environment's proxy, over a connection of its own: `fetch` cannot tell whether anything
 * was left on one that it uses again.
 */
export async function sendByFetch(url: string, request: UpstreamRequest): Promise<UpstreamAnswer> {
  const { method, target, headers, body, upload, cancellation } = request;
  const response = await fetch(url + target, {
    method,
    headers,
    body: upload === undefined ? (body ?? null) : piecesOf(upload, request.connection),
    signal: cancellation.signal,
    redirect: 'manual',
    keepalive: false,
    // Its bytes are still coming when the first of them go out.
    ...(upload === undefined ? {} : { duplex: 'half' }),
    // Decoded here, where it is done piece by piece.
    decompress: false,
    // Silence is measured by the gateway, by the limits of its config; Bun's own five minutes would cut in.
    timeout: false,
  });
  const answer = answerOf(response);
  // As over connections of our own: where there is no body (HEAD, say), there is nothing to decode.
  if (response.body === null || response.headers.get('content-length') === '0') return answer;
  try {
    return decoded(answer);
  } catch (error) {
    // Nobody will read it: its connection is given back.
    answer.body.cancel();
    throw error;
  }
}

function piecesOf(upload: Upload, connection: UpstreamRequest['connection']): ReadableStream {
  return new ReadableStream({
    async pull(controller) {
      const piece = await upload.read();
      if (piece === undefined) {
        controller.close();
        return;
      }
      connection?.uploading();
      controller.enqueue(piece);
    },
    cancel: () => upload.cancel(),
  });
}
