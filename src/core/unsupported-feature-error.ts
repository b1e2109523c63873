import { required, type RequiredFeature } from './unsupported-feature.ts';

/**
 * A backend's dialect or model lacks a feature without which the answer would mean something else. Another route may
 * support it; if none does, the client gets a 400 that names the field.
 */
export class UnsupportedFeatureError extends Error {
  override readonly name = 'UnsupportedFeatureError';
  readonly unsupported: RequiredFeature;

  constructor({ feature, details }: RequiredFeature) {
    const short = required(shortened(feature.path), shortened(details));
    super(`\`${short.feature.path}\` ${short.details}`);
    this.unsupported = short;
  }

  /** The field, as the client's dialect calls it: `n`, `previous_response_id`, `messages[3].content[0]`. */
  get field(): string {
    return this.unsupported.feature.path;
  }

  /** Why, as the end of a sentence that the field begins: "is audio, which Anthropic's API does not take". */
  get details(): string {
    return this.unsupported.details;
  }
}

/** Both may quote what the client has named, and go into answers and logs. */
const MOST_CHARACTERS = 300;

function shortened(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
