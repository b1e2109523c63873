import { allowedTools } from '../shared/tools/choice.ts';
import type { Conversation, Tool, ToolChoice } from '../../core/conversation.ts';
import { field, required, setting, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import type { Quirks } from '../../core/route.ts';
import { isForced } from '../../core/tool-choice.ts';
import { compact, type JsonObject } from '../../lib/json.ts';
import { foreignTools, isForeignTool } from '../shared/tools/foreign.ts';
import { FREEFORM_PARAMETERS, freeformDescription, freeformNames, grammarOf } from '../shared/tools/freeform.ts';
import { functionSchema } from '../openai/function-schema.ts';
import { NAME } from './name.ts';
import { takes } from './settings.ts';

/** The tools of a request as written, and the tools that it cannot offer. */
export interface EncodedTools {
  readonly fields: JsonObject;
  /** The freeform tools that had to become functions. */
  readonly wrapped: ReadonlySet<string>;
  readonly unsupported: readonly UnsupportedFeature[];
}

/** Writes `tools` and `tool_choice`. */
export function encodeTools({ tools, toolChoice }: Conversation, quirks: Quirks): EncodedTools {
  // The backend supports custom tools and allowed tools.
  const hasCustom = takes(quirks, 'tools.custom');
  const unsupported = foreignTools(tools, NAME);
  const ownTools = tools.filter((tool) => !isForeignTool(tool, NAME));
  const { offered, choice } = narrowed(ownTools, toolChoice, quirks);
  const wrapped = hasCustom ? NONE : freeformNames(offered);
  if (offered.length === 0) {
    if (choice !== undefined && choice.mode !== 'auto' && choice.mode !== 'none')
      throw new UnsupportedFeatureError(
        required('tool_choice', 'demands a tool, of which none can be offered in chat completions'),
      );
    return { fields: {}, wrapped, unsupported };
  }
  const hasStrict = takes(quirks, 'tools.strict');
  if (!hasStrict && offered.some((tool) => tool.type === 'function' && tool.strict === true)) {
    unsupported.push(weakened(field('strict')));
  }
  const isHeeded = takes(quirks, 'tool_choice');
  if (!isHeeded && isForced(choice)) unsupported.push(weakened(setting('toolChoice')));
  const isSaid = isHeeded && (choice?.mode !== 'auto' || takes(quirks, 'tool_choice.auto'));
  const fields = {
    tools: offered.map((tool) => encodeTool(tool, { hasCustom, hasStrict }, unsupported)),
    tool_choice: choice === undefined || !isSaid ? undefined : encodeChoice(choice, offered, hasCustom),
  };
  return { fields: compact(fields), wrapped, unsupported };
}

const NONE: ReadonlySet<string> = new Set();

/** The tools and the choice among them. If the backend lacks a choice, the request offers only the chosen tools. */
function narrowed(
  tools: readonly Tool[],
  choice: ToolChoice | undefined,
  quirks: Quirks,
): { readonly offered: readonly Tool[]; readonly choice: ToolChoice | undefined } {
  const isHeeded = takes(quirks, 'tool_choice');
  if (choice?.mode === 'none' && !isHeeded) return { offered: [], choice: undefined };
  if (choice?.mode === 'allowed' && !takes(quirks, 'tools.custom')) {
    return {
      offered: allowedTools({ tools, toolChoice: choice }),
      choice: { mode: choice.required ? 'required' : 'auto' },
    };
  }
  if (choice?.mode === 'tool' && !(isHeeded && takes(quirks, 'tool_choice.function')))
    return { offered: tools.filter(({ name }) => name === choice.name), choice: { mode: 'required' } };
  return { offered: tools, choice };
}

/** What a backend supports in tools. */
interface Known {
  readonly hasCustom: boolean;
  readonly hasStrict: boolean;
}

function encodeTool(tool: Tool, { hasCustom, hasStrict }: Known, unsupported: UnsupportedFeature[]): unknown {
  if (tool.type === 'native') return tool.value;
  const { name } = tool;
  if (tool.type === 'function') {
    const { description } = tool;
    const { parameters, strict } = functionSchema(hasStrict ? tool : { ...tool, strict: undefined }, unsupported);
    return { type: 'function', function: compact({ name, description, parameters, strict }) };
  }
  const { type, syntax, definition } = grammarOf(tool.format);
  if (!hasCustom) {
    const description = freeformDescription(tool);
    return { type: 'function', function: compact({ name, description, parameters: FREEFORM_PARAMETERS }) };
  }
  const format = type === 'grammar' ? { type, grammar: { syntax, definition } } : tool.format;
  return { type: 'custom', custom: compact({ name, description: tool.description, format }) };
}

function encodeChoice(choice: ToolChoice, tools: readonly Tool[], hasCustom: boolean): unknown {
  const freeform = freeformNames(tools);
  const reference = (name: string): JsonObject => {
    const isCustom = hasCustom && freeform.has(name);
    return isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } };
  };
  switch (choice.mode) {
    case 'tool':
      return reference(choice.name);
    case 'allowed': {
      const mode = choice.required ? 'required' : 'auto';
      return { type: 'allowed_tools', allowed_tools: { mode, tools: choice.names.map(reference) } };
    }
    case 'native':
      if (choice.protocol === NAME) return choice.value;
      throw new UnsupportedFeatureError(required('tool_choice', 'demands a tool that runs at another provider'));
    default:
      return choice.mode;
  }
}
