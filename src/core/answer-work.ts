import type { AnswerEvent } from './event.ts';
import { DEFAULT_WORK, Work, type WorkLimits } from './work.ts';

/**
 * How many UTF-16 units of an answer its translation may keep: text that a dialect repeats at the end of a part, or
 * cannot send earlier. Answers are usually far shorter; images in base64 are the longest.
 */
const MOST_KEPT_UNITS = 64 * 1024 * 1024;

/** What an error names as the place of the excess. */
const PLACE = 'the answer';

/** The hold is counted in steps of so many units. Most answers are shorter. */
const HELD_AT_ONCE = 64 * 1024;

/** How much of one answer its translation may keep. */
export class AnswerWork {
  readonly #work: Work;
  #notHeld = 0;

  constructor(
    limits: WorkLimits = DEFAULT_WORK,
    /** Reports what is kept, in UTF-16 units. It throws if all answers together keep too much. */
    private readonly hold: (units: number) => void = () => undefined,
    units = MOST_KEPT_UNITS,
  ) {
    this.#work = new Work({ ...limits, units });
  }

  /** Takes work for a text that is kept. Throws TooComplex, or what `hold` throws. */
  keepText(text: string): void {
    this.#work.takeUnits(text.length, PLACE);
    this.#notHeld += text.length;
    if (this.#notHeld < HELD_AT_ONCE) return;
    this.hold(this.#notHeld);
    this.#notHeld = 0;
  }

  /** Takes work for parts, calls or sources that are remembered. Throws TooComplex. */
  keep(count = 1): void {
    this.#work.takeValues(count, PLACE);
  }

  /** Takes work for an event that is kept, or for the part of it that is kept. Throws TooComplex. */
  keepEvent(event: AnswerEvent): void {
    this.keep(event.type === 'logprobs' ? event.logprobs.length : 1);
    for (const text of textsOf(event)) if (text !== undefined) this.keepText(text);
  }
}

function textsOf(event: AnswerEvent): readonly (string | undefined)[] {
  switch (event.type) {
    case 'delta':
      return [event.text];
    case 'part_start':
      return event.part === 'tool_call' ? [event.id, event.name] : event.part === 'reasoning' ? [event.id] : [];
    case 'citation': {
      const { url, title, citedText, fileId } = event.citation;
      return [url, title, citedText, fileId];
    }
    case 'signature':
      return [event.signature.value];
    case 'whole':
      return event.part.type === 'media' && event.part.source.from === 'base64' ? [event.part.source.data] : [];
    default:
      return [];
  }
}
