import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import type { Json } from './json.ts';

/** A provider that says whatever a test wants, and signs it. */
export interface ForgingProvider {
  readonly issuer: string;
  /** Changes what its next ID token claims: `nonce` is that of the request. */
  claims: (honest: Readonly<Record<string, unknown>>) => object;
  /** Changes the head of the token, and whether it is signed, by which key. */
  sign: 'honest' | 'none' | 'another key' | 'hmac with the public key';
  /** What takes the place of an answer, by path: a status, a body, a redirect, or silence. */
  readonly instead: Map<string, () => Response | Promise<Response>>;
  /** The authorization requests so far. */
  readonly requests: URLSearchParams[];
  /** What the token endpoint was sent. */
  readonly exchanged: URLSearchParams[];
  stop(): Promise<void>;
}

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = pair.publicKey.export({ format: 'jwk' });
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Starts it; `more` is added to its discovery document. */
export function startForgingProvider(more: object = {}): ForgingProvider {
  const requests: URLSearchParams[] = [];
  const exchanged: URLSearchParams[] = [];
  const used = new Set<string>();
  const server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request): Promise<Response> {
      const { pathname, searchParams } = new URL(request.url);
      const instead = own.instead.get(pathname);
      if (instead !== undefined) return await instead();
      if (pathname === '/.well-known/openid-configuration') return Response.json({ ...discovery, ...more });
      if (pathname === '/jwks') return Response.json({ keys: [{ ...jwk, kid: 'one', alg: 'RS256', use: 'sig' }] });
      if (pathname === '/auth') {
        requests.push(searchParams);
        const back = new URL(searchParams.get('redirect_uri') ?? '');
        back.searchParams.set('code', `code-${requests.length}`);
        back.searchParams.set('state', searchParams.get('state') ?? '');
        back.searchParams.set('iss', own.issuer);
        return Response.redirect(back.href, 302);
      }
      if (pathname !== '/token') return new Response(null, { status: 404 });
      const form = new URLSearchParams(await request.text());
      exchanged.push(form);
      return answerOf(form);
    },
  });
  const issuer: string = `http://127.0.0.1:${server.port}`;
  const discovery = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  };
  const own: ForgingProvider = {
    issuer,
    claims: (honest) => honest,
    sign: 'honest',
    instead: new Map(),
    requests,
    exchanged,
    stop: async () => await server.stop(true),
  };
  /** As a good provider does: a code counts once, and for whoever knows the verifier. */
  function answerOf(form: URLSearchParams): Response {
    const code = form.get('code') ?? '';
    const asked = requests[Number(code.replace('code-', '')) - 1];
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (asked === undefined || used.has(code) || asked.get('code_challenge') !== challenge)
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    used.add(code);
    const now = Math.floor(Date.now() / 1000);
    const honest = { iss: issuer, aud: 'llm-proxy', sub: 'ann', iat: now, exp: now + 60, nonce: asked.get('nonce') };
    const claims: Json = own.claims({ ...honest, groups: ['admins'] });
    return Response.json({ access_token: 'a', token_type: 'Bearer', id_token: tokenOf(claims, own.sign) });
  }
  return own;
}

function tokenOf(claims: object, how: ForgingProvider['sign']): string {
  const alg = { honest: 'RS256', 'another key': 'RS256', none: 'none', 'hmac with the public key': 'HS256' }[how];
  const text = `${encoded({ alg, kid: 'one', typ: 'JWT' })}.${encoded(claims)}`;
  if (how === 'none') return `${text}.`;
  if (how === 'hmac with the public key') {
    const pem = pair.publicKey.export({ format: 'pem', type: 'spki' });
    return `${text}.${new Bun.CryptoHasher('sha256', pem).update(text).digest('base64url')}`;
  }
  const { privateKey } = how === 'honest' ? pair : other;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}
