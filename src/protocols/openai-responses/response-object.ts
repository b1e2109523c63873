import type { Conversation } from '../../core/conversation.ts';
import type { Usage } from '../../core/record.ts';
import { compact } from '../../lib/json.ts';
import type { Reply } from '../codec.ts';
import type { Own } from './decode-request.ts';
import { instructionsOf } from './encode-request.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import type { Ending } from './finish.ts';
import { encodeOutput } from './output.ts';
import { writeUsage } from './usage.ts';

/** The request and answer that a response belongs to. */
export interface Origin {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly createdAt?: number | undefined;
}

/** How far a response has come. */
export interface State {
  readonly status: Ending['status'] | 'in_progress' | 'failed';
  readonly error?: unknown;
  readonly incomplete_details: Ending['incomplete_details'];
  readonly output: readonly unknown[];
  readonly usage: Usage | undefined;
}

/** Writes a response. The schema requires the settings of its request in it. */
export class ResponseFrame {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #echo: Readonly<Record<string, unknown>>;

  constructor(reply: Reply, { id, model, createdAt }: Origin) {
    this.#fields = {
      id: id ?? responseId(reply),
      object: 'response',
      created_at: createdAt ?? Math.floor(reply.now / 1000),
      model: model ?? reply.model,
    };
    this.#echo = echoOf(reply.conversation);
  }

  at({ status, error = null, incomplete_details, output, usage }: State): unknown {
    return {
      ...this.#fields,
      status,
      background: false,
      error,
      incomplete_details,
      output,
      usage: writeUsage(usage),
      ...this.#echo,
    };
  }
}

/** Makes ids for the items of one response. */
export function itemIds({ id }: Reply): (prefix: string) => string {
  const own = id.replaceAll(/[^A-Za-z0-9]/g, '').slice(-32);
  let count = 0;
  return (prefix) => `${prefix}_${own}${(count++).toString(16).padStart(4, '0')}`;
}

/** Keeps a response's items; undefined if the client has said that it sends them itself. */
export function keeperOf({ conversation, keep }: Reply): Reply['keep'] {
  const own = conversation.own as Own | undefined;
  return own?.store === false ? undefined : keep;
}

function responseId({ id }: Reply): string {
  return id.startsWith('resp_') ? id : `resp_${id}`;
}

function echoOf(conversation: Conversation): Record<string, unknown> {
  const { settings, reasoning, output } = conversation;
  return compact({
    instructions: instructionsOf(conversation) ?? null,
    tools: encodeTools(conversation.tools),
    tool_choice: encodeToolChoice(conversation) ?? 'auto',
    parallel_tool_calls: settings.parallelToolCalls ?? true,
    text: compact({ format: encodeOutput(output) ?? { type: 'text' }, verbosity: settings.verbosity }),
    reasoning: {
      effort: reasoning?.effort ?? null,
      summary: reasoning?.visible === true ? 'auto' : null,
    },
    max_output_tokens: settings.maxTokens ?? null,
    temperature: settings.temperature ?? null,
    top_p: settings.topP ?? null,
    top_logprobs: settings.topLogprobs ?? 0,
    previous_response_id: null,
    store: false,
    metadata: {},
    truncation: 'disabled',
    ...(conversation.own as Own | undefined),
    safety_identifier: settings.user,
  });
}
