import { asArray, asList, asObject, type JsonObject } from '../../lib/json.ts';
import { readText } from '../shared/texts/read.ts';
import { decodeCitation } from './citations.ts';
import { decodeLogprobs } from './logprobs.ts';
import { PartCursor } from './part-cursor.ts';
import { TextTrack, type Emitter, type ItemReader } from './text-track.ts';

/**
 * Reads a message with its texts and refusals. `isFurther`: it is not the first message of the answer, as when a model
 * comments on its work before the final message.
 */
export function messageItem(emitter: Emitter, isFurther: boolean): ItemReader {
  return new MessageReader(emitter, isFurther);
}

class MessageReader implements ItemReader {
  readonly type = 'message';
  isDone = false;
  readonly #parts = new PartCursor('content_index');
  readonly #tracks = new Map<number, TextTrack>();
  /** Only one content may be open. */
  #last: TextTrack | undefined;

  constructor(
    private readonly emitter: Emitter,
    private readonly isFurther: boolean,
  ) {}

  begin(): void {
    // Its contents come as events, or when it is done.
  }

  piece(event: JsonObject): void {
    switch (event['type']) {
      case 'response.content_part.added':
        this.#parts.at(event, 'begun');
        break;
      case 'response.output_text.delta': {
        const at = this.#parts.at(event, 'piece');
        this.#logprobs(at, event['logprobs'], 'more');
        this.#track(at, 'text').delta(event['delta']);
        break;
      }
      case 'response.output_text.done':
        this.#rest(this.#parts.at(event, 'text'), 'text', event['text']);
        break;
      case 'response.output_text.annotation.added':
        this.#citation(this.#parts.at(event), event['annotation']);
        break;
      case 'response.refusal.delta':
        this.#track(this.#parts.at(event, 'piece'), 'refusal').delta(event['delta']);
        break;
      case 'response.refusal.done':
        this.#rest(this.#parts.at(event, 'text'), 'refusal', event['refusal']);
        break;
      case 'response.content_part.done':
        this.#content(this.#parts.at(event, 'part'), asObject(event['part']));
        break;
      default:
    }
  }

  done(item: JsonObject): void {
    const { content } = item;
    // Some backends send the text alone.
    if (typeof content === 'string') this.#rest(0, 'text', content);
    else for (const [at, part] of asList(content).entries()) this.#content(at, asObject(part));
    this.end();
  }

  end(): void {
    this.isDone = true;
    this.#last?.end();
  }

  get isSilent(): boolean {
    return this.#last === undefined;
  }

  #track(at: number, part: 'text' | 'refusal'): TextTrack {
    const known = this.#tracks.get(at);
    if (known !== undefined) return known;
    this.#last?.end();
    this.emitter.work.keep();
    const isFirst = this.isFurther && this.#tracks.size === 0;
    const track = new TextTrack(this.emitter, isFirst ? { part, ownMessage: true } : { part });
    this.#tracks.set(at, track);
    this.#last = track;
    return track;
  }

  /** An empty text is no part. */
  #rest(at: number, part: 'text' | 'refusal', whole: unknown): void {
    if (readText(whole) !== '') this.#track(at, part).rest(whole);
  }

  /** A complete content. */
  #content(at: number, part: JsonObject | undefined): void {
    if (part?.['type'] === 'refusal') {
      this.#rest(at, 'refusal', part['refusal']);
    } else if (part?.['type'] === 'output_text' || part?.['type'] === 'text') {
      const annotations = asArray(part['annotations']);
      if (annotations.length === 0 && readText(part['text']) === '') return;
      this.#logprobs(at, part['logprobs'], 'all');
      const track = this.#track(at, 'text');
      track.rest(part['text']);
      for (const annotation of annotations.slice(track.citations)) this.#citation(at, annotation);
    }
  }

  #citation(at: number, annotation: unknown): void {
    const track = this.#track(at, 'text');
    track.citations++;
    const citation = decodeCitation(annotation);
    if (citation !== undefined) track.emit({ type: 'citation', index: track.index, citation });
  }

  #logprobs(at: number, value: unknown, which: 'more' | 'all'): void {
    if (!Array.isArray(value) || value.length === 0) return;
    const track = this.#track(at, 'text');
    const logprobs = decodeLogprobs(which === 'all' ? value.slice(track.logprobs) : value);
    track.logprobs += logprobs.length;
    if (logprobs.length > 0) track.emit({ type: 'logprobs', logprobs });
  }
}
