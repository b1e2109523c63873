import type { Dialogue } from '../../core/exchange-trace.ts';
import type { Finish, FinishReason } from '../../core/completion.ts';
import type { Tool, Turn } from '../../core/conversation.ts';
import type { MediaPart, Part } from '../../core/part.ts';

/** What was said, as the conventions have it, masked and of bounded length. */
export interface Texts {
  readonly system: readonly MessagePart[];
  readonly input: readonly Message[];
  /** One message, or none. */
  readonly output: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  /** Something was left out for its length. */
  readonly isCut: boolean;
}

/** A message, by the JSON schemas of the conventions. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly parts: readonly MessagePart[];
  readonly finish_reason?: string;
}

/** A part of one. Bytes of media are never told. */
export type MessagePart =
  | { readonly type: 'text' | 'reasoning'; readonly content: string }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly arguments: unknown }
  | { readonly type: 'tool_call_response'; readonly id: string; readonly response: string }
  | { readonly type: 'uri'; readonly modality: string; readonly mime_type: string | null; readonly uri: string }
  | { readonly type: 'media'; readonly modality: string; readonly mime_type: string | null; readonly bytes: number }
  | { readonly type: 'other'; readonly kind: string };

/** A tool that the model may call. */
export interface ToolDefinition {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string;
  readonly parameters?: unknown;
}

/** Of each list, so many characters of JSON are told; of each text in it, a quarter. */
const MOST_CHARS = 64 * 1024;
const MOST_OF_ONE = MOST_CHARS / 4;

/** Makes what is told of a dialogue. */
export function textsOf({ conversation, completion, isCut }: Dialogue, mask: (text: string) => string): Texts {
  const writer = new TextWriter(mask);
  const output: Message[] =
    completion === undefined
      ? []
      : [{ role: 'assistant', parts: writer.parts(completion.parts), finish_reason: finishOf(completion.finish) }];
  const input = conversation?.turns.flatMap((turn) => writer.messages(turn)) ?? [];
  return {
    system: writer.last(conversation?.system.map(({ text }) => writer.text(text)) ?? []),
    input: writer.last(input),
    output: writer.last(output),
    tools: writer.last(conversation?.tools.flatMap((tool) => writer.tool(tool)) ?? []),
    isCut: isCut || writer.isCut,
  };
}

/** Masks and cuts, and remembers whether anything was cut. */
class TextWriter {
  isCut = false;

  constructor(private readonly mask: (text: string) => string) {}

  /** The last of a list that have room together: of a long conversation what was said last tells the most. */
  last<T>(list: readonly T[]): readonly T[] {
    let chars = 0;
    for (let at = list.length - 1; at >= 0; at--) {
      chars += JSON.stringify(list[at]).length;
      if (chars <= MOST_CHARS) continue;
      this.isCut = true;
      return list.slice(at + 1);
    }
    return list;
  }

  /** Results of tools are messages of their own. */
  messages({ role, parts }: Turn): readonly Message[] {
    const results = parts.filter(({ type }) => type === 'tool_result');
    const others = parts.filter(({ type }) => type !== 'tool_result');
    const messages: Message[] = results.length === 0 ? [] : [{ role: 'tool', parts: this.parts(results) }];
    if (others.length > 0) messages.push({ role, parts: this.parts(others) });
    return messages;
  }

  parts(parts: readonly Part[]): readonly MessagePart[] {
    return parts.map((part) => this.part(part));
  }

  text(text: string): MessagePart {
    return { type: 'text', content: this.cut(text) };
  }

  tool(tool: Tool): readonly ToolDefinition[] {
    if (tool.type === 'native') return [];
    const { name, description } = tool;
    const parameters = tool.type === 'function' ? tool.parameters : undefined;
    return [
      {
        type: 'function',
        name: this.cut(name),
        ...(description === undefined ? {} : { description: this.cut(description) }),
        ...(parameters === undefined ? {} : { parameters: this.json(JSON.stringify(parameters)) }),
      },
    ];
  }

  private part(part: Part): MessagePart {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return this.text(part.text);
      case 'reasoning':
        return { type: 'reasoning', content: this.cut(part.text) };
      case 'tool_call':
        return { type: 'tool_call', id: part.id, name: this.cut(part.name), arguments: this.json(part.arguments) };
      case 'tool_result': {
        const said = part.content.map((item) => (item.type === 'text' ? item.text : `(${item.kind})`)).join('\n');
        return { type: 'tool_call_response', id: part.callId, response: this.cut(said) };
      }
      case 'media':
        return this.media(part);
      case 'native':
        return { type: 'other', kind: part.kind };
    }
  }

  private media({ kind: modality, source }: MediaPart): MessagePart {
    const type = source.mediaType ?? null;
    if (source.from === 'url') return { type: 'uri', modality, mime_type: type, uri: this.cut(source.url) };
    if (source.from === 'text') return this.text(source.text);
    const bytes = source.from === 'base64' ? Math.floor((source.data.length * 3) / 4) : 0;
    return { type: 'media', modality, mime_type: type, bytes };
  }

  /** What is JSON and short enough is told as what it says. */
  private json(text: string): unknown {
    const masked = this.cut(text);
    try {
      return JSON.parse(masked) as unknown;
    } catch {
      return masked;
    }
  }

  /** Masks first: half a key is no longer known for one. */
  private cut(text: string): string {
    const masked = this.mask(text);
    if (masked.length <= MOST_OF_ONE) return masked;
    this.isCut = true;
    return `${masked.slice(0, MOST_OF_ONE).toWellFormed()}…`;
  }
}

const FINISHES: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool_call',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  other: 'error',
};

function finishOf({ reason }: Finish): string {
  return FINISHES[reason];
}
