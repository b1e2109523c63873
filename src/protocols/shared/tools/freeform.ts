import type { FreeformTool, Tool } from '../../../core/conversation.ts';
import { asObject, asString, parseObject } from '../../../lib/json.ts';

/** What a freeform tool takes where it has to be a function: the one string `input`. */
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

/** A freeform call's text as such a function's arguments. */
export function wrapInput(input: string): string {
  return JSON.stringify({ input });
}

/** The text again; arguments of any other kind are taken for the text themselves. */
export function unwrapInput(args: string): string {
  return asString(parseObject(args)?.['input']) ?? args;
}

/** Its description as a function's: the grammar, which a function has no place for, is told in words. */
export function freeformDescription({ description, format }: FreeformTool): string | undefined {
  const { type, syntax, definition } = grammarOf(format);
  if (type !== 'grammar' || definition === undefined) return description;
  const grammar = `\`input\` has to match this ${syntax ?? 'following'} grammar:\n${definition}`;
  return description === undefined || description === '' ? grammar : `${description}\n\n${grammar}`;
}

/** Responses writes a grammar flat, chat within `grammar`; this takes both. */
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
