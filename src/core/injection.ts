import type { Conversation } from './conversation.ts';

/** A system text for each place that it may go to. The separators are in it. */
export interface SystemTexts {
  /** Goes in front of the request's own system text; may be empty. */
  readonly before: string;
  /** Goes behind it, likewise. */
  readonly after: string;
  /** The whole system text of a request that has none. */
  readonly alone: string;
}

/** What the gateway adds to the system text of a request. */
export interface Injection extends SystemTexts {
  /** The prompts that it is made of. */
  readonly names?: readonly string[];
  /** The same texts as they stand within the quotes of a JSON string. */
  readonly escaped: SystemTexts;
}

/** The injection of `texts`. */
export function injectionOf({ before, after, alone }: SystemTexts, names?: readonly string[]): Injection {
  const escaped = { before: escape(before), after: escape(after), alone: escape(alone) };
  return names === undefined ? { before, after, alone, escaped } : { before, after, alone, escaped, names };
}

/** Joins the injection to the conversation's own system text, if that is one text; otherwise as blocks of their own. */
export function withInjection(conversation: Conversation, injection: Injection | undefined): Conversation {
  if (injection === undefined) return conversation;
  const { before, after, alone } = injection;
  const [first, ...rest] = conversation.system;
  if (first === undefined) return { ...conversation, system: [{ type: 'text', text: alone }] };
  if (rest.length === 0) {
    return { ...conversation, system: [{ ...first, text: before + first.text + after }] };
  }
  const block = (text: string) => (text === '' ? [] : [{ type: 'text' as const, text }]);
  return { ...conversation, system: [...block(before), first, ...rest, ...block(after)] };
}

function escape(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
