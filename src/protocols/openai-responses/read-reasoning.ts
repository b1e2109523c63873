import { asList, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { readText } from '../shared/texts/read.ts';
import { NAME } from './name.ts';
import { PartCursor } from './part-cursor.ts';
import { TextTrack, type Emitter, type ItemReader } from './text-track.ts';

/** Reads a reasoning item: thoughts or their summary, and the encrypted content. */
export function reasoningItem(emitter: Emitter, item: JsonObject): ItemReader {
  return new ReasoningReader(emitter, item);
}

class ReasoningReader implements ItemReader {
  readonly type = 'reasoning';
  isDone = false;
  readonly #id: string | undefined;
  /** An item without text and encrypted content is not reported. */
  #track: TextTrack | undefined;
  /** Thoughts or their summary: the reader takes the one that comes first. */
  #kind: 'content' | 'summary' | undefined;
  readonly #summaries = new PartCursor('summary_index');
  readonly #contents = new PartCursor('content_index');
  /** How much of each text was reported, in characters. */
  readonly #lengths = new Map<number, number>();

  constructor(
    private readonly emitter: Emitter,
    item: JsonObject,
  ) {
    this.#id = asWord(item['id']);
  }

  begin(): void {
    // The encrypted content may change until the item is done.
  }

  piece(event: JsonObject): void {
    const part = asObject(event['part']);
    switch (event['type']) {
      case 'response.reasoning_summary_part.added':
        this.#summaries.at(event, 'begun');
        break;
      case 'response.content_part.added':
        this.#contents.at(event, 'begun');
        break;
      case 'response.reasoning_summary_text.delta':
        this.#say('summary', this.#summaries.at(event, 'piece'), event['delta']);
        break;
      case 'response.reasoning_text.delta':
        this.#say('content', this.#contents.at(event, 'piece'), event['delta']);
        break;
      case 'response.reasoning_summary_text.done':
        this.#rest('summary', this.#summaries.at(event, 'text'), event['text']);
        break;
      case 'response.reasoning_summary_part.done':
        this.#rest('summary', this.#summaries.at(event, 'part'), part?.['text']);
        break;
      case 'response.reasoning_text.done':
        this.#rest('content', this.#contents.at(event, 'text'), event['text']);
        break;
      case 'response.content_part.done':
        this.#rest('content', this.#contents.at(event, 'part'), part?.['text']);
        break;
      default:
    }
  }

  done(item: JsonObject): void {
    const texts = (kind: 'content' | 'summary'): readonly unknown[] =>
      typeof item[kind] === 'string' ? [item[kind]] : asList(item[kind]);
    const kind = this.#kind ?? (texts('content').some((text) => readText(text) !== '') ? 'content' : 'summary');
    for (const [at, text] of texts(kind).entries()) this.#rest(kind, at, text);
    const value = asWord(item['encrypted_content']);
    if (value !== undefined) {
      const track = this.#open();
      const signature = { protocol: NAME, model: this.emitter.model, value };
      track.emit({ type: 'signature', index: track.index, signature });
    }
    this.end();
  }

  end(): void {
    this.isDone = true;
    this.#track?.end();
  }

  get isSilent(): boolean {
    return this.#track === undefined;
  }

  #open(): TextTrack {
    this.#track ??= new TextTrack(this.emitter, {
      part: 'reasoning',
      ...(this.#id === undefined ? {} : { id: this.#id }),
    });
    return this.#track;
  }

  /** Takes a whole text. Reports what its pieces lacked. */
  #rest(kind: 'content' | 'summary', at: number, whole: unknown): void {
    this.#say(kind, at, readText(whole).slice(this.#lengths.get(at) ?? 0));
  }

  #say(kind: 'content' | 'summary', at: number, value: unknown): void {
    const text = readText(value);
    if (text === '') return;
    this.#kind ??= kind;
    if (this.#kind !== kind) return;
    const track = this.#open();
    const said = this.#lengths.get(at);
    if (said === undefined) this.emitter.work.keep();
    // A blank line separates the texts.
    track.delta(said === undefined && !track.isEmpty ? `\n\n${text}` : text);
    this.#lengths.set(at, (said ?? 0) + text.length);
  }
}
