import type { Tool } from '../../../core/conversation.ts';
import type { ProtocolName } from '../../../core/part.ts';
import { leftOut, tool as toolNamed, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';
import { asObject } from '../../../lib/json.ts';

/** The tools that run at another dialect's provider than `own`. A request of `own` cannot offer them. */
export function foreignTools(tools: readonly Tool[], own: ProtocolName): UnsupportedFeature[] {
  return tools.flatMap((tool) => (isForeignTool(tool, own) ? [leftOut(toolNamed(nameOf(tool)))] : []));
}

/** Whether a tool runs at another dialect's provider. */
export function isForeignTool(tool: Tool, own: ProtocolName): boolean {
  return tool.type === 'native' && tool.protocol !== own;
}

function nameOf({ name, ...tool }: Tool): string {
  return name === '' && tool.type === 'native' ? Object.keys(asObject(tool.value) ?? {}).join('.') : name;
}
