import type { AnswerEvent } from './event.ts';
import { DEFAULT_WORK, Work, type WorkLimits } from './work.ts';

/**
 * UTF-16 units of an answer that its translation keeps at most: what a dialect tells again at the end of a part, or
 * cannot tell before. Models' answers are far shorter; pictures in base64 are the longest.
 */
const MOST_KEPT_UNITS = 64 * 1024 * 1024;

/** What an error calls the place of whatever was too much. */
const PLACE = 'the answer';

/** So many units are counted as held at once: most answers are shorter. */
const HELD_AT_ONCE = 64 * 1024;

/** What one answer may make its translation keep. */
export class AnswerWork {
  readonly #work: Work;
  #notHeld = 0;

  constructor(
    limits: WorkLimits = DEFAULT_WORK,
    /** Told of what is kept, in UTF-16 units, that it may be too much together with what others keep; it then throws. */
    private readonly hold: (units: number) => void = () => undefined,
    units = MOST_KEPT_UNITS,
  ) {
    this.#work = new Work({ ...limits, units });
  }

  /** Takes for a text that is kept. Throws TooComplex, or what `hold` throws. */
  keepText(text: string): void {
    this.#work.takeUnits(text.length, PLACE);
    this.#notHeld += text.length;
    if (this.#notHeld < HELD_AT_ONCE) return;
    this.hold(this.#notHeld);
    this.#notHeld = 0;
  }

  /** Takes for parts, calls, sources that are remembered. Throws TooComplex. */
  keep(count = 1): void {
    this.#work.takeValues(count, PLACE);
  }

  /** Takes for an event that is kept, or as much of it as anybody keeps. Throws TooComplex. */
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
