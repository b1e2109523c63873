import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/** How the part after an id's prefix begins where it is sealed. No provider's ids begin so: they are hexadecimal. */
const MARK = 'lp1-';
const MAC_BYTES = 16;
/** The same in a name, which has lower-case letters and digits only, and what follows it is hexadecimal. */
const NAME_MARK = 'lp1x';
/** `resp_`, `conv_`, `file-`: what SDKs and people know the kind of an id by. */
const PREFIX = /^[A-Za-z]{1,16}[_-]/;
/** Whatever may be a sealed id, in any text. */
const SEALED = /(?:[A-Za-z]{1,16}[_-])?lp1-[\w-]{24,}|lp1x[0-9a-f]{36,}/g;
/** An id that can be sealed. */
const ID = /^[\x21-\x7e]{1,512}$/;

/** What a sealed id stands for. */
export interface Opened {
  readonly backend: string;
  readonly id: string;
}

/**
 * Ids of what a provider keeps, as clients know them: with the backend in them, hidden and sealed for one caller, so that no
 * other can read or use them, and any process with the same secret can. The same id is always sealed to the same text.
 */
export class IdSeal {
  readonly #hidingKey: Buffer;

  constructor(private readonly secret: Buffer) {
    this.#hidingKey = createHmac('sha256', secret).update('what an id stands for').digest();
  }

  /** The id for a client; as it is if it is no id that a provider would give. A `name` is one in which only lower-case letters and digits may stand. */
  seal(caller: string, backend: string, id: string, form: 'id' | 'name' = 'id'): string {
    if (!ID.test(id)) return id;
    const mac = this.#mac(caller, backend, id);
    const bytes = Buffer.concat([mac, this.#hidden(Buffer.from(`${backend}\n${id}`), mac)]);
    return form === 'name'
      ? `${NAME_MARK}${bytes.toString('hex')}`
      : `${prefixOf(id)}${MARK}${bytes.toString('base64url')}`;
  }

  /** What the caller was given as `text`; undefined if it was given no such id. */
  open(caller: string, text: string): Opened | undefined {
    if (text.startsWith(NAME_MARK)) {
      const bytes = Buffer.from(text.slice(NAME_MARK.length), 'hex');
      const opened = this.#opened(caller, bytes);
      return text.length === NAME_MARK.length + bytes.length * 2 ? opened : undefined;
    }
    const prefix = prefixOf(text);
    if (!text.startsWith(MARK, prefix.length)) return undefined;
    const encoded = text.slice(prefix.length + MARK.length);
    const bytes = Buffer.from(encoded, 'base64url');
    const opened = this.#opened(caller, bytes);
    // One id has one form: what decodes to the same bytes is not the same id.
    return opened !== undefined && prefix === prefixOf(opened.id) && encoded === bytes.toString('base64url')
      ? opened
      : undefined;
  }

  #opened(caller: string, bytes: Buffer): Opened | undefined {
    if (bytes.byteLength <= MAC_BYTES) return undefined;
    const mac = bytes.subarray(0, MAC_BYTES);
    const text = this.#hidden(bytes.subarray(MAC_BYTES), mac).toString('utf8');
    const end = text.lastIndexOf('\n');
    if (end === -1) return undefined;
    const opened = { backend: text.slice(0, end), id: text.slice(end + 1) };
    return timingSafeEqual(mac, this.#mac(caller, opened.backend, opened.id)) ? opened : undefined;
  }

  /** A word by which a client knows its request, for a provider that all callers share: another caller's is another. */
  ownWord(caller: string, word: string): string {
    return this.#mac(caller, word).toString('hex');
  }

  /** Hides what a MAC is of, and shows it again: the MAC is the nonce, so one id is always hidden as one text (as in SIV, RFC 5297). */
  #hidden(bytes: Buffer, mac: Buffer): Buffer {
    return createCipheriv('aes-256-ctr', this.#hidingKey, mac).update(bytes);
  }

  #mac(...parts: readonly string[]): Buffer {
    return createHmac('sha256', this.secret).update(JSON.stringify(parts)).digest().subarray(0, MAC_BYTES);
  }
}

/** A text with what `open` makes of each sealed id in it; it is told where the id ends, and where it stands. */
export function withOpenedIds(text: string, open: (id: string, at: number) => string): string {
  // Most texts hold none, and are not looked through.
  if (!text.includes('lp1')) return text;
  return text.replace(SEALED, open);
}

function prefixOf(id: string): string {
  return PREFIX.exec(id)?.[0] ?? '';
}
