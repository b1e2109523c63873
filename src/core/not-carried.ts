/**
 * A request asks for something that a backend's dialect cannot carry and whose absence would change what the answer
 * means. Another route may be able to; if none is, the client gets a 400 that says so.
 */
export class NotCarried extends Error {
  override readonly name = 'NotCarried';

  /** The field, as the client's dialect calls it: `n`, `previous_response_id`, `messages[3].content[0]`. */
  readonly field: string;
  /** Why, as the end of a sentence that the field begins: "is a sound, which Anthropic's API does not take". */
  readonly why: string;

  constructor(field: string, why: string) {
    super(`\`${shortened(field)}\` ${shortened(why)}`);
    this.field = shortened(field);
    this.why = shortened(why);
  }
}

/** Both may quote what the client has named, and go into answers and logs. */
const MOST_CHARACTERS = 300;

function shortened(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
