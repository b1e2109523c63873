import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { TraceDestination } from '../../core/trace-settings.ts';
import { VERSION } from '../../lib/version.ts';
import type { Batch } from './batch.ts';
import { readExportAnswer } from './export-answer.ts';
import { otlpJson } from './otlp-json.ts';
import { otlpProtobuf } from './otlp-protobuf.ts';

/** What became of a batch. */
export type SendResult =
  /** It was taken, but for so many spans. */
  | { readonly type: 'taken'; readonly rejected: number; readonly cause: string }
  /** It may be taken later. */
  | { readonly type: 'later'; readonly cause: string; readonly retryAfterMs: number | undefined }
  /** It never will be. */
  | { readonly type: 'refused'; readonly cause: string };

/** Sends a batch. Does not reject. */
export type SendSpans = (batch: Batch, to: TraceDestination, signal: AbortSignal) => Promise<SendResult>;

const compress = promisify(gzip);
const MOST_ANSWER_BYTES = 64 * 1024;
const MOST_CAUSE_CHARS = 200;
/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** POSTs a batch as OTLP over HTTP. Redirects are not followed. */
export const sendSpans: SendSpans = async (batch, { url, headers, protocol, gzip: isZipped, timeoutMs }, signal) => {
  const isJson = protocol === 'http/json';
  try {
    const plain = isJson ? otlpJson(batch) : otlpProtobuf(batch);
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'user-agent': `llm-proxy/${VERSION}`,
        ...headers,
        'content-type': isJson ? 'application/json' : 'application/x-protobuf',
        ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
      },
      body: isZipped ? await compress(plain) : plain,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const body = await beginningOf(response);
    if (response.ok) {
      const { rejected, message } = readExportAnswer(body, isJson);
      return { type: 'taken', rejected, cause: message.slice(0, MOST_CAUSE_CHARS) };
    }
    const cause = `status_${response.status}`;
    if (!RETRYABLE.has(response.status)) return { type: 'refused', cause };
    return { type: 'later', cause, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) };
  } catch (error) {
    // A URL may hold a secret, and messages quote it.
    const cause =
      error instanceof DOMException ? error.name : ((error as { code?: string }).code ?? 'connection_failed');
    return { type: 'later', cause, retryAfterMs: undefined };
  }
};

async function beginningOf(response: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const body: ReadableStream<Uint8Array> | null = response.body;
  const reader = body?.getReader();
  let bytes = 0;
  while (reader !== undefined && bytes <= MOST_ANSWER_BYTES) {
    const { value } = await reader.read();
    if (value === undefined) return Buffer.concat(pieces);
    pieces.push(value);
    bytes += value.byteLength;
  }
  await reader?.cancel();
  return Buffer.concat(pieces);
}

/** In seconds, or a date. */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
