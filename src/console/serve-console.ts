import { gunzipSync } from 'node:zlib';
import type { HeaderFields } from '../lib/header-fields.ts';
import { ASSETS_PATH, PAGE, type ConsoleFile } from './console-file.ts';
import { loadFiles } from './load-files.ts';
import { securityHeaders } from './security-headers.ts';

/** The page names its files, so a browser asks each time whether it has changed. There is nothing of anybody's in it. */
const ASK_EACH_TIME = { 'cache-control': 'no-cache' };

/** Answers with a file of the console: one of its assets, or for every other path the page. */
export async function serveConsole(
  path: string,
  { 'accept-encoding': accepted = '', 'if-none-match': known }: HeaderFields,
): Promise<Response> {
  const files = await loadFiles().catch(notBuilt);
  if (files instanceof Response) return files;
  const isAsset = path.startsWith(ASSETS_PATH);
  const name = isAsset ? path.slice(ASSETS_PATH.length) : PAGE;
  // The page itself is no asset: it changes.
  const file = isAsset && name === PAGE ? undefined : files.get(name);
  // One of an older version, say, that a page which was open during an upgrade still asks for.
  if (file === undefined)
    return new Response('There is no such file.\n', { status: 404, headers: securityHeaders('json') });
  const { encoding, bytes } = encoded(file, accepted);
  const etag = etagOf(file, encoding);
  const headers: Record<string, string> = {
    ...securityHeaders(isAsset ? 'asset' : 'page'),
    ...(isAsset ? {} : ASK_EACH_TIME),
    etag,
    vary: isAsset ? 'accept-encoding' : 'accept, accept-encoding',
  };
  if (isNamed(etag, known)) return new Response(null, { status: 304, headers });
  headers['content-type'] = file.type;
  if (encoding !== 'identity') headers['content-encoding'] = encoding;
  return new Response(bytes, { headers });
}

/** For whoever changes the sources. */
function notBuilt(error: unknown): Response {
  const reasons = error instanceof AggregateError ? error.errors.map(String) : [String(error)];
  const text = `The console could not be built from its sources.\n\n${reasons.join('\n')}\n`;
  return new Response(text, {
    status: 500,
    headers: { ...securityHeaders('json'), 'content-type': 'text/plain; charset=utf-8' },
  });
}

type Encoding = 'br' | 'gzip' | 'identity';

/** The smallest form that a browser accepts. */
function encoded(file: ConsoleFile, accepted: string): { encoding: Encoding; bytes: Uint8Array<ArrayBuffer> } {
  if (accepts(accepted, 'br')) return { encoding: 'br', bytes: file.brotli };
  if (accepts(accepted, 'gzip')) return { encoding: 'gzip', bytes: file.gzip };
  return { encoding: 'identity', bytes: new Uint8Array(gunzipSync(file.gzip)) };
}

function accepts(header: string, encoding: string): boolean {
  const named = header.split(',').map((part) =>
    part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  return named.some(([name, ...rest]) => name === encoding && !rest.some((each) => /^q=0(?:\.0*)?$/.test(each)));
}

const hashes = new WeakMap<ConsoleFile, string>();

/** Each encoding of a file is another representation, with an ETag of its own. */
function etagOf(file: ConsoleFile, encoding: Encoding): string {
  let hash = hashes.get(file);
  if (hash === undefined) hashes.set(file, (hash = Bun.hash(file.brotli).toString(36)));
  return `"${hash}-${encoding}"`;
}

function isNamed(etag: string, header: string | undefined): boolean {
  if (header === undefined) return false;
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag || each.trim() === '*');
}
