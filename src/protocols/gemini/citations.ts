import type { Citation } from '../../core/part.ts';
import { SaidText } from './said-text.ts';
import { asArray, asCount, asObject, asString, asWord, compact, type JsonObject } from '../../lib/json.ts';

/**
 * Reads the sources of a candidate: `groundingMetadata` (chunks, and supports that link them to the text) and
 * `citationMetadata`. `text` is the text so far. Offsets are in bytes of it.
 */
export function decodeCitations(candidate: JsonObject, text: SaidText): Citation[] {
  const grounding = asObject(candidate['groundingMetadata']);
  const cited = asObject(candidate['citationMetadata']);
  return [
    ...(grounding === undefined ? [] : grounded(grounding, text)),
    // The API's name for it, and the SDKs'.
    ...asArray(cited?.['citationSources'] ?? cited?.['citations']).map((source) =>
      recited(asObject(source) ?? {}, text),
    ),
  ];
}

/** Writes the citations of texts as `groundingMetadata`. */
export function encodeCitations(texts: readonly CitedText[]): JsonObject | undefined {
  const chunks: JsonObject[] = [];
  const indices = new Map<string, number>();
  const supports: JsonObject[] = [];
  for (const { text, partIndex, citations } of texts) {
    const segments = new Segments(text);
    for (const citation of citations) {
      const chunk = chunkOf(citation);
      const key = JSON.stringify(chunk);
      const index = indices.get(key) ?? chunks.push(chunk) - 1;
      indices.set(key, index);
      if (citation.end === undefined) continue;
      const segment = segments.of({ start: citation.start ?? 0, end: citation.end });
      supports.push({
        segment: compact({ ...segment, partIndex: partIndex || undefined }),
        groundingChunkIndices: [index],
      });
    }
  }
  if (chunks.length === 0) return undefined;
  return { groundingChunks: chunks, ...(supports.length === 0 ? {} : { groundingSupports: supports }) };
}

/** A text of an answer, the index of its part, and its citations. */
export interface CitedText {
  readonly text: string;
  readonly partIndex: number;
  readonly citations: readonly Citation[];
}

function grounded(grounding: JsonObject, text: SaidText): Citation[] {
  const chunks = asArray(grounding['groundingChunks']).map((chunk) => citationOf(asObject(chunk) ?? {}));
  const supports = asArray(grounding['groundingSupports']);
  if (supports.length === 0) return chunks.flatMap((chunk) => chunk ?? []);
  return supports.flatMap((support) => {
    const { segment, groundingChunkIndices } = asObject(support) ?? {};
    const range = rangeOf(asObject(segment) ?? {}, text);
    return asArray(groundingChunkIndices).flatMap((index) => {
      const chunk = chunks[asCount(index) ?? 0];
      return chunk === undefined ? [] : [{ ...chunk, ...range }];
    });
  });
}

function citationOf(chunk: JsonObject): Citation | undefined {
  const web = asObject(chunk['web']) ?? asObject(chunk['maps']);
  if (web !== undefined) return { kind: 'url', url: asWord(web['uri']), title: asWord(web['title']) };
  const image = asObject(chunk['image']);
  if (image !== undefined) return { kind: 'url', url: asWord(image['sourceUri']), title: asWord(image['title']) };
  const context = asObject(chunk['retrievedContext']);
  if (context === undefined) return undefined;
  const url = asWord(context['uri']);
  const isPage = url !== undefined && /^https?:/.test(url);
  return {
    kind: isPage ? 'url' : 'file',
    url: isPage ? url : undefined,
    fileId: isPage ? undefined : (url ?? asWord(context['documentName'])),
    title: asWord(context['title']),
    citedText: asWord(context['text']),
  };
}

function recited(source: JsonObject, text: SaidText): Citation {
  const citation: Citation = { kind: 'url', url: asWord(source['uri']), title: asWord(source['title']) };
  return { ...citation, ...rangeOf(source, text) };
}

/** Converts a range in bytes to UTF-16 units. If the segment repeats its text, that must be the text at this place. */
function rangeOf(segment: JsonObject, text: SaidText): { readonly start?: number; readonly end?: number } {
  const endIndex = asCount(segment['endIndex']);
  const words = asString(segment['text']);
  if (endIndex !== undefined) {
    const start = text.unitsAt(asCount(segment['startIndex']) ?? 0);
    const end = text.unitsAt(endIndex);
    if (words === undefined || (words.length === end - start && text.has(words, start))) return { start, end };
  }
  // The offsets are counted from elsewhere: across several parts, or wrongly by the model.
  const start = words === undefined ? -1 : text.indexOf(words);
  return start === -1 ? {} : { start, end: start + (words?.length ?? 0) };
}

/** Writes the segments of a text. Together, their texts are not much longer than the text itself. */
class Segments {
  readonly #said = new SaidText();
  #units: number;

  constructor(private readonly text: string) {
    this.#said.push(text);
    this.#units = MOST_WORDS * text.length + FREE_WORD_UNITS;
  }

  of({ start, end }: { readonly start: number; readonly end: number }): JsonObject {
    const startIndex = this.#said.bytesAt(start);
    const words = this.text.slice(start, end);
    this.#units -= words.length;
    return compact({
      startIndex: startIndex || undefined,
      endIndex: Math.max(startIndex, this.#said.bytesAt(end)),
      text: this.#units < 0 ? undefined : words,
    });
  }
}

const MOST_WORDS = 4;
const FREE_WORD_UNITS = 64 * 1024;

function chunkOf({ kind, url, title, citedText, fileId }: Citation): JsonObject {
  if (kind === 'url') return { web: compact({ uri: url, title }) };
  return { retrievedContext: compact({ uri: fileId ?? url, title, text: citedText }) };
}
