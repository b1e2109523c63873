import { createHash, createHmac } from 'node:crypto';
import type { AwsKeys } from '../../../vendors/place.ts';

/** What is signed: a request as it goes out. Names of headers are lower case; only those given are signed. */
export interface SignedRequest {
  readonly method: string;
  /** With its path and query encoded as they are sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** For whom it is signed, and when (milliseconds since the epoch). */
export interface SigningScope {
  readonly keys: AwsKeys;
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
}

/**
 * The headers that sign a request for AWS, Signature Version 4; `host` is signed, and sent by whoever sends.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureHeaders(request: SignedRequest, scope: SigningScope): Record<string, string> {
  const { keys, region, service, nowMs } = scope;
  const time = new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const date = time.slice(0, 8);
  const added = {
    'x-amz-date': time,
    ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
  };
  const signed: Record<string, string> = { ...request.headers, host: new URL(request.url).host, ...added };
  const names = Object.keys(signed).sort();
  const signedNames = names.join(';');
  const canonical = [
    request.method,
    canonicalPath(request.url),
    canonicalQuery(request.url),
    ...names.map((name) => `${name}:${(signed[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedNames,
    sha256(request.body ?? ''),
  ].join('\n');
  const credentialScope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, credentialScope, sha256(canonical)].join('\n');
  const signature = hmac(signingKey(keys.secretAccessKey, date, region, service), toSign).toString('hex');
  const credential = `Credential=${keys.accessKeyId}/${credentialScope}`;
  return {
    ...added,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedNames}, Signature=${signature}`,
  };
}

/** The key for one day, region and service. */
export function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  return [region, service, 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${secret}`, date));
}

/** Text as it stands in a path or query that is signed: all but letters, digits and `-._~` encoded. */
export function encodedForAws(text: string, encode: (text: string) => string = encodeURIComponent): string {
  return encode(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The path as it is sent, encoded once more: so it is for every service but S3. */
function canonicalPath(url: string): string {
  const { pathname } = new URL(url);
  return pathname
    .split('/')
    .map((segment) => encodedForAws(segment))
    .join('/');
}

function canonicalQuery(url: string): string {
  const pairs = Array.from(new URL(url).searchParams, ([name, value]) => [encodedForAws(name), encodedForAws(value)]);
  return pairs
    .sort(([a = '', x = ''], [b = '', y = '']) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
