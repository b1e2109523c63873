// A provider of OpenAI's responses that keeps what it answered, as the real one does: for one account, whoever asks.
import type { Json } from '../kit/json.ts';
import { json, pieces, status } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import type { SeenRequest } from '../kit/upstream.ts';

const KEPT = /^\/v1\/responses\/([\w-]+)(\/cancel|\/input_items)?(?:\?(.*))?$/;

export interface KeepingProvider {
  readonly script: (request: SeenRequest) => Reply;
  /** What it keeps, by id. */
  readonly kept: Map<string, Json>;
  /** The id of the next answer; a new one unless set. */
  nextId: string | undefined;
}

export function keepingProvider(name: string): KeepingProvider {
  const kept = new Map<string, Json>();
  const items = new Map<string, Json>();
  let made = 0;
  const provider: KeepingProvider = {
    kept,
    nextId: undefined,
    script: (request) => {
      if (request.path.endsWith('/input_tokens'))
        return json(200, { object: 'response.input_tokens', input_tokens: 5 });
      if (request.path.endsWith('/compact'))
        return json(200, { object: 'response.compaction', id: 'cmp_1', output: [] });
      const [, id, below, query] = KEPT.exec(request.path) ?? [];
      if (id !== undefined) return ofKept(request.method, { id, below, query });
      const { body, error } = answerTo(request.json);
      if (error !== undefined) return error;
      kept.set(body.id, body);
      for (const item of body.output) items.set(item.id, item);
      return request.json.stream === true ? pieces(eventsOf(body)) : json(200, body);
    },
  };

  function answerTo(asked: Json): { readonly body: Json; readonly error?: Reply } {
    const { previous_response_id: before, conversation, input } = asked;
    if (before && !kept.has(before)) {
      const code = 'previous_response_not_found';
      return { body: {}, error: status(400, { message: `no ${before}`, type: 'invalid_request_error', code }) };
    }
    for (const { type, id } of Array.isArray(input) ? input : []) {
      if (type === 'item_reference' && !items.has(id)) return { body: {}, error: status(404, { message: `no ${id}` }) };
    }
    const count = made++;
    const id = provider.nextId ?? `resp_${name}${count}`;
    provider.nextId = undefined;
    const content = [{ type: 'output_text', text: `${name} says ${count}`, annotations: [], logprobs: [] }];
    const body = {
      id,
      object: 'response',
      created_at: 1,
      status: asked.background === true ? 'queued' : 'completed',
      background: asked.background === true,
      error: null,
      incomplete_details: null,
      instructions: null,
      model: asked.model,
      output: [
        { id: `rs_${name}${count}`, type: 'reasoning', summary: [] },
        { id: `msg_${name}${count}`, type: 'message', role: 'assistant', status: 'completed', content },
      ],
      parallel_tool_calls: true,
      previous_response_id: before ?? null,
      ...(conversation === undefined ? {} : { conversation: { id: conversation.id ?? conversation } }),
      tools: [],
      tool_choice: 'auto',
      usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
      metadata: { big: 12345678901234567890n.toString() },
    };
    return { body };
  }

  function ofKept(
    method: string,
    {
      id,
      below,
      query,
    }: { readonly id: string; readonly below?: string | undefined; readonly query?: string | undefined },
  ): Reply {
    const found = kept.get(id);
    if (found === undefined) return status(404, { message: `no ${id}`, type: 'invalid_request_error' });
    if (method === 'DELETE') {
      kept.delete(id);
      return json(200, { id, object: 'response.deleted', deleted: true });
    }
    if (below === '/cancel') return json(200, { ...found, status: 'cancelled' });
    if (below === '/input_items') {
      const data = [
        { id: `in_${id}`, type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
      ];
      return json(200, { object: 'list', data, first_id: data[0]?.id, last_id: data[0]?.id, has_more: false });
    }
    return new URLSearchParams(query).get('stream') === 'true' ? pieces(eventsOf(found)) : json(200, found);
  }

  return provider;
}

function eventsOf(body: Json): string[] {
  const out: string[] = [];
  const tell = (type: string, more: Json): void => {
    out.push(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: out.length, ...more })}\n\n`);
  };
  const begun = { ...body, status: 'in_progress', output: [], usage: null };
  tell('response.created', { response: begun });
  tell('response.in_progress', { response: begun });
  for (const [output_index, item] of body.output.entries()) {
    const where = { item_id: item.id, output_index, content_index: 0 };
    tell('response.output_item.added', { output_index, item: { ...item, content: [] } });
    if (item.type === 'message') {
      const [part] = item.content;
      tell('response.content_part.added', { ...where, part: { ...part, text: '' } });
      for (const delta of part.text.split(/(?<= )/))
        tell('response.output_text.delta', { ...where, delta, logprobs: [] });
      tell('response.output_text.done', { ...where, text: part.text, logprobs: [] });
      tell('response.content_part.done', { ...where, part });
    }
    tell('response.output_item.done', { output_index, item });
  }
  tell('response.completed', { response: { ...body, status: 'completed' } });
  return out;
}
