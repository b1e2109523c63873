import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { Browser } from '../kit/sign-in-browser.ts';

/** An answer with what a browser would keep of it. */
export interface ConsoleAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** A session as its browser uses it. */
export interface ConsoleSession {
  readonly cookie: string;
  readonly csrf: string;
  /** A request with the cookie, and with the token unless told otherwise. */
  ask(method: string, path: string, more?: Sent): Promise<ConsoleAnswer>;
}

interface Sent {
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request with these headers alone. */
export async function askConsole(
  url: string,
  method: string,
  { body, headers = {} }: Sent = {},
): Promise<ConsoleAnswer> {
  const answer = await send(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const { text } = await answer.whole();
  const isJson = answer.headers['content-type'] === 'application/json' && text !== '';
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

/** A session of this cookie. */
export async function sessionOf(url: string, cookie: string): Promise<ConsoleSession> {
  const { body } = await askConsole(`${url}/console/session`, 'GET', { headers: { cookie } });
  const csrf = String(body.csrf_token);
  return {
    cookie,
    csrf,
    ask: (method, path, { body: sent, headers = {} } = {}) =>
      askConsole(url + path, method, {
        ...(sent === undefined ? {} : { body: sent }),
        headers: { cookie, ...(method === 'GET' ? {} : { 'x-csrf-token': csrf }), ...headers },
      }),
  };
}

/** Signs in with a key. Throws where that is refused. */
export async function signInWith(url: string, key: string): Promise<ConsoleSession> {
  const { status, headers, body } = await askConsole(`${url}/console/session`, 'POST', { body: { key } });
  if (status !== 200) throw new Error(`not signed in: ${status} ${JSON.stringify(body)}`);
  return await sessionOf(url, cookieIn(headers));
}

/** Signs in at the provider, as whoever sits at the browser there. */
export async function signInByOidc(url: string, browser = new Browser()): Promise<ConsoleSession> {
  const { answer } = await browser.visit(`${url}/console/oidc/start`, (at) => at === `${url}/`);
  if (answer !== undefined) throw new Error(`not signed in: ${answer.status} ${(await answer.whole()).text}`);
  return await sessionOf(url, browser.cookies(url));
}

/** The cookie that an answer sets, as a browser sends it. */
export function cookieIn(headers: Readonly<Record<string, string>>): string {
  return /^[^;]+/.exec(headers['set-cookie'] ?? '')?.[0] ?? '';
}
