import type { Logprob } from '../../core/completion.ts';
import type { Citation } from '../../core/part.ts';
import { encodeCitation } from './citations.ts';
import { fieldsOf, type ItemWriter, type Place } from './item-writers.ts';
import { encodeLogprobs } from './logprobs.ts';

/** A content of the message in progress. */
interface Content {
  readonly kind: 'text' | 'refusal';
  readonly where: Readonly<Record<string, unknown>>;
  readonly fields: string;
  text: string;
  readonly annotations: unknown[];
  readonly logprobs: unknown[];
}

/** Writes a message. Texts and refusals that follow each other are its contents. */
export class MessageWriter implements ItemWriter {
  readonly #contents: unknown[] = [];
  #content: Content | undefined;
  /** Probabilities to send with the next piece of text. */
  #waiting: unknown[] = [];

  constructor(private readonly place: Place) {
    place.sink.send('response.output_item.added', { output_index: place.outputIndex, item: this.#item('in_progress') });
  }

  begin(kind: 'text' | 'refusal'): void {
    this.#end();
    const { sink, id, outputIndex } = this.place;
    const where = { item_id: id, output_index: outputIndex, content_index: this.#contents.length };
    this.#content = { kind, where, fields: fieldsOf(where), text: '', annotations: [], logprobs: [] };
    sink.send('response.content_part.added', { ...where, part: partOf(this.#content) });
  }

  delta(text: string): void {
    const content = this.#content;
    if (content === undefined) return;
    content.text += text;
    if (content.kind === 'refusal') {
      this.place.sink.delta('response.refusal.delta', content.fields, text);
      return;
    }
    const logprobs = this.#waiting.length === 0 ? ',"logprobs":[]' : fieldsOf({ logprobs: this.#waiting });
    this.#waiting = [];
    this.place.sink.delta('response.output_text.delta', content.fields + logprobs, text);
  }

  citation(citation: Citation): void {
    const content = this.#content;
    if (content === undefined) return;
    const annotation = encodeCitation(citation, content.text.length);
    const at = { ...content.where, annotation_index: content.annotations.length };
    content.annotations.push(annotation);
    this.place.sink.send('response.output_text.annotation.added', { ...at, annotation });
  }

  logprobs(logprobs: readonly Logprob[]): void {
    if (this.#content?.kind !== 'text') return;
    const written = encodeLogprobs(logprobs);
    for (const logprob of written) {
      this.#waiting.push(logprob);
      this.#content.logprobs.push(logprob);
    }
  }

  close(status: 'completed' | 'incomplete' = 'completed'): unknown {
    this.#end();
    const item = this.#item(status);
    this.place.sink.send('response.output_item.done', { output_index: this.place.outputIndex, item });
    return item;
  }

  /** Ends the current content. */
  #end(): void {
    const content = this.#content;
    if (content === undefined) return;
    this.#content = undefined;
    this.#waiting = [];
    const { kind, where, text, logprobs } = content;
    const { sink } = this.place;
    if (kind === 'text') sink.send('response.output_text.done', { ...where, text, logprobs });
    else sink.send('response.refusal.done', { ...where, refusal: text });
    const part = partOf(content);
    sink.send('response.content_part.done', { ...where, part });
    this.#contents.push(part);
  }

  #item(status: string): unknown {
    return { id: this.place.id, type: 'message', status, role: 'assistant', content: [...this.#contents] };
  }
}

function partOf({ kind, text, annotations, logprobs }: Content): unknown {
  if (kind === 'refusal') return { type: 'refusal', refusal: text };
  return { type: 'output_text', text, annotations: [...annotations], logprobs: [...logprobs] };
}
