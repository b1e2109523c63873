import type { Conversation, ToolChoice } from '../../core/conversation.ts';
import { NotCarried } from '../../core/not-carried.ts';
import { asArray, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { NAME } from './name.ts';
import { flatName, namespaceOf } from './decode-tools.ts';

/** Reads `tool_choice`: a word, or an object that names a tool, some tools, or a kind of tool that runs at the provider. */
export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice };
  const fields = asObject(choice);
  if (fields === undefined) return undefined;
  switch (fields['type']) {
    case 'function':
    case 'custom':
      return { mode: 'tool', name: nameOf(fields) };
    case 'allowed_tools':
      return allowedFrom(fields);
    default:
      return { mode: 'native', protocol: NAME, value: choice };
  }
}

/** Writes the same. Throws NotCarried for a choice of a tool that runs at another provider. */
export function encodeToolChoice({ toolChoice, tools }: Conversation): unknown {
  if (toolChoice === undefined) return undefined;
  const named = (name: string): unknown => {
    const tool = tools.find((tool) => tool.type !== 'native' && tool.name === name);
    return { type: tool?.type === 'freeform' ? 'custom' : 'function', name: namespaceOf(tool)?.tool ?? name };
  };
  switch (toolChoice.mode) {
    case 'tool':
      return named(toolChoice.name);
    case 'allowed':
      return {
        type: 'allowed_tools',
        mode: toolChoice.required ? 'required' : 'auto',
        tools: toolChoice.names.map(named),
      };
    case 'native':
      if (toolChoice.protocol === NAME) return toolChoice.value;
      throw new NotCarried('tool_choice', 'asks for a tool that runs at another provider');
    default:
      return toolChoice.mode;
  }
}

function allowedFrom(fields: JsonObject): ToolChoice {
  const required = fields['mode'] === 'required';
  const tools = asArray(fields['tools']).flatMap((tool): JsonObject[] => {
    const named = asObject(tool);
    return named === undefined ? [] : [named];
  });
  const named = tools.filter(({ type }) => type === 'function' || type === 'custom');
  // One that runs at the provider cannot be called elsewhere; if none else is left, that is what was asked for.
  if (named.length === 0 && tools.length > 0) return { mode: 'native', protocol: NAME, value: fields };
  return { mode: 'allowed', names: named.map(nameOf), required };
}

function nameOf(tool: JsonObject): string {
  return flatName(asWord(tool['name']) ?? '', asWord(tool['namespace']));
}
