/**
 * Whether a model thinks before it answers; undefined for one that is not known. A model that does not would refuse a
 * request for reasoning or for its encrypted form. Vendors put their own names in front: `openai/gpt-5`, `openai.gpt-5`.
 */
export function reasons(model: string): boolean | undefined {
  const name = model.toLowerCase().replace(/^.*[/:]|^openai\./, '');
  if (NEVER.test(name)) return false;
  return ALWAYS.test(name) ? true : undefined;
}

const NEVER = /^(gpt-3|gpt-4|chatgpt-|gpt-\d+(\.\d+)?-chat)/;
const ALWAYS = /^(o\d|gpt-[5-9]|gpt-\d\d|codex|computer-use)/;
