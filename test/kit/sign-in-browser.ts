import { send, type RawAnswer } from './client.ts';

/** A browser as far as signing in goes: it follows redirects, and keeps the cookies of each origin. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  /** What it sends to an origin. */
  cookies(url: string): string {
    return Array.from(this.#jars.get(new URL(url).origin) ?? [], ([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Goes to a page, and on to where that sends it; `until` stops before a URL is asked. */
  async visit(
    url: string,
    until: (url: string) => boolean = () => false,
  ): Promise<{ url: string; answer?: RawAnswer }> {
    let at = url;
    for (let hops = 0; hops < 12; hops++) {
      if (until(at)) return { url: at };
      const answer = await this.ask(at);
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status >= 400 || location === undefined) return { url: at, answer };
      await answer.whole();
      at = new URL(location, at).href;
    }
    throw new Error(`${url} leads round and round`);
  }

  /** One request, as a browser makes it. */
  async ask(url: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    const cookie = this.cookies(url);
    const answer = await send(url, {
      method,
      headers: { accept: 'text/html,*/*', ...(cookie === '' ? {} : { cookie }), ...headers },
    });
    const jar = this.#jars.get(new URL(url).origin) ?? new Map<string, string>();
    this.#jars.set(new URL(url).origin, jar);
    for (const [name, value] of answer.rawHeaders) {
      if (name.toLowerCase() !== 'set-cookie') continue;
      const [, key = '', text = ''] = /^([^=]+)=([^;]*)/.exec(value) ?? [];
      if (text === '' || /max-age=0/i.test(value) || /expires=thu, 01 jan 1970/i.test(value)) jar.delete(key);
      else jar.set(key, text);
    }
    return answer;
  }
}
