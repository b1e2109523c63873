import { asArray, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';

/**
 * The tools in effect at the end of a conversation: those of `tools`, without the ones that a `tool_removal` took away,
 * and with the ones that a `tool_addition` added. A `compaction` block repeats the changes of the messages that it
 * replaces. Returns `declared` itself if there are no changes.
 * https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages, read in November 2026.
 */
export function toolsInEffect(declared: unknown, messages: unknown): unknown {
  let known: Map<string, unknown> | undefined;
  let offered = new Map<string, unknown>();
  for (const { change, field } of changesOf(messages)) {
    if (known === undefined) {
      known = new Map(asArray(declared).map((tool, index) => [keyOf(tool) ?? `#${index}`, tool]));
      offered = new Map(known);
    }
    apply(change, field, { known, offered });
  }
  return known === undefined ? declared : [...offered.values()];
}

interface ToolSets {
  /** Every tool that the conversation has declared. */
  readonly known: Map<string, unknown>;
  readonly offered: Map<string, unknown>;
}

function apply({ type, tool: value }: JsonObject, field: string, { known, offered }: ToolSets): void {
  const tool = asObject(value) ?? refuseField(`${field}.tool`, 'has to be an object');
  const { definition } = tool;
  if (type === 'tool_addition' && tool['type'] === 'tool_definition') {
    const key = keyOf(definition) ?? refuseField(`${field}.tool.definition`, 'has to be a tool with a name');
    known.set(key, definition);
    offered.set(key, definition);
    return;
  }
  // A single tool of an MCP server is that server's own. No other dialect offers it.
  if (tool['type'] === 'mcp_tool_reference') return;
  const key = referredTo(tool) ?? refuseField(`${field}.tool`, 'has to name a tool');
  if (!known.has(key)) refuseField(`${field}.tool`, 'names a tool that is neither in `tools` nor defined before');
  if (type === 'tool_removal') offered.delete(key);
  else if (!offered.has(key)) offered.set(key, known.get(key));
}

/** The changes in the messages, in order. */
function* changesOf(messages: unknown): Generator<{ readonly change: JsonObject; readonly field: string }> {
  for (const [at, message] of asArray(messages).entries()) {
    for (const [index, value] of asArray(asObject(message)?.['content']).entries()) {
      const block = asObject(value);
      const field = `messages[${at}].content[${index}]`;
      if (isChange(block)) yield { change: block, field };
      if (block?.['type'] !== 'compaction') continue;
      for (const [number, change] of asArray(block['tool_changes']).entries()) {
        const told = asObject(change);
        if (isChange(told)) yield { change: told, field: `${field}.tool_changes[${number}]` };
      }
    }
  }
}

function isChange(block: JsonObject | undefined): block is JsonObject {
  return block?.['type'] === 'tool_addition' || block?.['type'] === 'tool_removal';
}

function referredTo(tool: JsonObject): string | undefined {
  if (tool['type'] === 'mcp_toolset_reference') return toolsetKey(tool['server_name']);
  return asWord(tool['name']);
}

function keyOf(value: unknown): string | undefined {
  const tool = asObject(value);
  return tool?.['type'] === 'mcp_toolset' ? toolsetKey(tool['mcp_server_name']) : asWord(tool?.['name']);
}

/** No tool name contains a blank. */
function toolsetKey(server: unknown): string {
  return `mcp toolset ${asString(server) ?? ''}`;
}
