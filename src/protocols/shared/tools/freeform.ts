import type { FreeformTool, Tool } from '../../../core/conversation.ts';
import { asObject, asString, parseObject } from '../../../lib/json.ts';

/** The parameters of a freeform tool that has to become a function: the one string `input`. */
export const FREEFORM_PARAMETERS = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
} as const;

/** The names of the freeform tools among `tools`. */
export function freeformNames(tools: readonly Tool[]): ReadonlySet<string> {
  return new Set(tools.flatMap((tool) => (tool.type === 'freeform' ? [tool.name] : [])));
}

/** A freeform call's text as the arguments of such a function. */
export function wrapInput(input: string): string {
  return JSON.stringify({ input });
}

/** The text of such arguments. Any other arguments are the text themselves. */
export function unwrapInput(args: string): string {
  return asString(parseObject(args)?.['input']) ?? args;
}

/**
 * The description of a freeform tool as a function. A function has no place for a grammar, so the description explains
 * it.
 */
export function freeformDescription({ description, format }: FreeformTool): string | undefined {
  const { type, syntax, definition } = grammarOf(format);
  if (type !== 'grammar' || definition === undefined) return description;
  const grammar = `\`input\` has to match this ${syntax ?? 'following'} grammar:\n${definition}`;
  return description === undefined || description === '' ? grammar : `${description}\n\n${grammar}`;
}

/** Reads a grammar. Responses has it flat, chat within `grammar`. */
export function grammarOf(format: unknown): {
  readonly type: string | undefined;
  readonly syntax: string | undefined;
  readonly definition: string | undefined;
} {
  const outer = asObject(format);
  const inner = asObject(outer?.['grammar']) ?? outer;
  return {
    type: asString(outer?.['type']),
    syntax: asString(inner?.['syntax']),
    definition: asString(inner?.['definition']),
  };
}
