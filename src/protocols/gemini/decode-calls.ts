import type { AnswerWork } from '../../core/answer-work.ts';
import type { AnswerEvent } from '../../core/event.ts';
import type { Signature } from '../../core/part.ts';
import { asId, asObject, asWord, parseObject, type JsonObject } from '../../lib/json.ts';
import { MalformedAnswer } from '../codec.ts';
import { unwrapInput } from '../shared/tools/freeform.ts';
import { generatedId } from '../shared/tools/generated-id.ts';
import { PartialArgs } from './partial-args.ts';

/** The facts of a request that decide how its answer is read. */
export interface Reading {
  readonly model: string;
  /** The names of the freeform tools. */
  readonly freeform: ReadonlySet<string>;
  /** The function whose call is the answer. */
  readonly answerTool: string | undefined;
}

/** Reads the calls of an answer: whole ones, and calls whose arguments come in pieces. */
export class CallReader {
  /** The answer calls a tool of the client's. */
  hasAny = false;
  #open: { readonly index: number; readonly name: string; readonly args: PartialArgs } | undefined;

  constructor(
    private readonly reading: Reading,
    private readonly state: { readonly numbers: { next: number }; readonly work: AnswerWork },
    private readonly emit: (event: AnswerEvent) => void,
  ) {}

  see(call: JsonObject, signature: Signature | undefined): void {
    const name = asWord(call['name']);
    if (name !== undefined) this.#begin(name, asId(call['id']), signature);
    const open = this.#open;
    if (open === undefined) {
      if (Object.keys(call).length > 0) throw new MalformedAnswer('a call that has no name');
      return;
    }
    open.args.push(call['partialArgs']);
    const { args: written } = call;
    // Some servers send the JSON as a string.
    const args = typeof written === 'string' ? parseObject(written) : asObject(written);
    if (args !== undefined) open.args.merge(args);
    if (call['willContinue'] !== true) this.close();
    else if (args !== undefined) this.state.work.keepText(JSON.stringify(args));
  }

  /** Ends the current call, if there is one. */
  close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const { index, name, args } = open;
    const text = this.reading.freeform.has(name) ? unwrapInput(args.text) : args.text;
    if (text !== '') this.emit({ type: 'delta', index, text });
    this.emit({ type: 'part_end', index });
  }

  #begin(name: string, id: string | undefined, signature: Signature | undefined): void {
    this.close();
    const index = this.state.numbers.next++;
    this.#open = { index, name, args: new PartialArgs(this.state.work) };
    if (name === this.reading.answerTool) {
      this.emit({ type: 'part_start', index, part: 'text' });
      return;
    }
    this.hasAny = true;
    const freeform = this.reading.freeform.has(name) ? true : undefined;
    this.emit({ type: 'part_start', index, part: 'tool_call', id: id ?? generatedId(), name, freeform });
    if (signature !== undefined) this.emit({ type: 'signature', index, signature });
  }
}
