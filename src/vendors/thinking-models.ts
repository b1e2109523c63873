import { factsOf } from './models/facts.ts';

/** Whether a model thinks before it answers without being asked to, as far as its name tells. */
export function isKnownToThink(model: string): boolean {
  let known = KNOWN.get(model);
  if (known === undefined) {
    // Clients make names up where an alias is a wildcard.
    if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
    known = tellsSo(model);
    KNOWN.set(model, known);
  }
  return known;
}

/** Asked for every request, of few models. */
const KNOWN = new Map<string, boolean>();
const MOST_KNOWN = 256;

function tellsSo(model: string): boolean {
  // Vendors put names of their own in front, and tags behind: `openai/gpt-5`, `ft:gpt-5:us`, `qwq:32b`.
  const name = model.toLowerCase().replace(/^.*\//, '').replace(/^ft:/, '');
  return !NOT.test(name) && (factsOf(model).reasons === true || THINKING.some((pattern) => pattern.test(name)));
}

/** Those of the families below that do not: made to chat at once, to draw or to speak, or said not to. */
const NOT = /-chat(?:-|$)|-(?:image|tts|live|audio|embedding|instruct|non-?(?:thinking|reasoning))(?:-|$)/;

/** What else the vendors' model lists have; what can be told to think and does not by itself is none of these. */
const THINKING: readonly RegExp[] = [
  // OpenAI, Azure
  /^(?:openai\.)?(?:o\d|gpt-(?:[5-9]|(?!35)\d\d)|gpt-oss|codex-|computer-use)/,
  // Perplexity
  /^sonar-(?:reasoning|deep-research)/,
  // Whoever says so
  /(?:^|[-.])(?:thinking|reasoning|reasoner)(?:[-.:]|$)/,
];
