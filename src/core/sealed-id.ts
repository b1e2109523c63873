import { createHmac, timingSafeEqual } from 'node:crypto';

/** How the part after an id's prefix begins where it is sealed. No provider's ids begin so: they are hexadecimal. */
const MARK = 'lp1-';
const MAC_BYTES = 16;
/** `resp_`, `conv_`: what SDKs and people know the kind of an id by. */
const PREFIX = /^[A-Za-z]{1,16}_/;
/** An id that can be sealed. */
const ID = /^[\x21-\x7e]{1,512}$/;

/** What a sealed id stands for. */
export interface Opened {
  readonly backend: string;
  readonly id: string;
}

/**
 * Ids of what a provider keeps, as clients know them: with the backend in them, and sealed for one caller, so that no
 * other can use them, and any process with the same secret can. The same id is always sealed to the same text.
 */
export class IdSeal {
  constructor(private readonly secret: Buffer) {}

  /** The id for a client; as it is if it is no id that a provider would give. */
  seal(caller: string, backend: string, id: string): string {
    if (!ID.test(id)) return id;
    const bytes = Buffer.concat([this.#mac(caller, backend, id), Buffer.from(`${backend}\n${id}`)]);
    return `${prefixOf(id)}${MARK}${bytes.toString('base64url')}`;
  }

  /** What the caller was given as `text`; undefined if it was given no such id. */
  open(caller: string, text: string): Opened | undefined {
    const prefix = prefixOf(text);
    if (!text.startsWith(MARK, prefix.length)) return undefined;
    const encoded = text.slice(prefix.length + MARK.length);
    const bytes = Buffer.from(encoded, 'base64url');
    const told = bytes.toString('utf8', MAC_BYTES);
    const end = told.lastIndexOf('\n');
    if (end === -1) return undefined;
    const opened = { backend: told.slice(0, end), id: told.slice(end + 1) };
    if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#mac(caller, opened.backend, opened.id))) return undefined;
    // One id has one form: what decodes to the same bytes is not the same id.
    return prefix === prefixOf(opened.id) && encoded === bytes.toString('base64url') ? opened : undefined;
  }

  /** A word by which a client knows its request, for a provider that all callers share: another caller's is another. */
  ownWord(caller: string, word: string): string {
    return this.#mac(caller, word).toString('hex');
  }

  #mac(...told: readonly string[]): Buffer {
    return createHmac('sha256', this.secret).update(JSON.stringify(told)).digest().subarray(0, MAC_BYTES);
  }
}

function prefixOf(id: string): string {
  return PREFIX.exec(id)?.[0] ?? '';
}
