import { percentDecoded } from '../../../lib/percent-encoding.ts';
import type { MediaSource } from '../../../core/part.ts';

/**
 * Where a URL's bytes are: in the URL itself (`data:image/png;base64,…`), or elsewhere. Undefined if its escapes are
 * invalid.
 */
export function mediaSourceOf(url: string): MediaSource | undefined {
  const comma = /^data:/i.test(url) ? url.indexOf(',') : -1;
  if (comma === -1) return { from: 'url', url };
  const head = url.slice(SCHEME_CHARACTERS, comma);
  const rest = url.slice(comma + 1);
  const semicolon = head.indexOf(';');
  const type = semicolon === -1 ? head : head.slice(0, semicolon);
  const mediaType = type === '' ? 'text/plain' : type;
  if (head.slice(-BASE64.length).toLowerCase() === BASE64) return { from: 'base64', mediaType, data: rest };
  const text = percentDecoded(rest);
  return text === undefined ? undefined : { from: 'base64', mediaType, data: Buffer.from(text).toString('base64') };
}

const SCHEME_CHARACTERS = 'data:'.length;
const BASE64 = ';base64';

/** A URL for a source; undefined for a file that a provider keeps. */
export function mediaUrlOf(source: MediaSource): string | undefined {
  switch (source.from) {
    case 'url':
      return source.url;
    case 'base64':
      return `data:${source.mediaType};base64,${source.data}`;
    case 'text':
      return `data:${source.mediaType};base64,${Buffer.from(source.text).toString('base64')}`;
    case 'file':
      return undefined;
  }
}
