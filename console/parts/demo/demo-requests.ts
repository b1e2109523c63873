/** One request that a demo is sent. */
export interface DemoRequest {
  readonly dialect: 'chat/completions' | 'responses' | 'messages' | 'generateContent';
  readonly model: string;
  readonly path: string;
  readonly body: object;
}

/** What came of one. */
export interface DemoOutcome extends DemoRequest {
  readonly status: number;
  /** It began well and broke off. */
  readonly isCut: boolean;
  readonly attempts: number;
  /** By which the admin API finds it. */
  readonly traceId: string;
}

const PROMPTS = [
  'Which of our three refund rules covers a parcel that arrived late?',
  'Write a unit test for a function that splits a name.',
  'Summarise: the printer on floor two is out of toner again.',
  'Compare two ways of paging through a large table.',
];

/** A dozen requests in all four dialects: some fail over, some are tried again, and one stream breaks off. */
export const DEMO_REQUESTS: readonly DemoRequest[] = [
  chat('demo-chat', 0, true),
  messages('demo-code', 1, true),
  responses('demo-reasoning', 3, false),
  generate('demo-extract', 2),
  chat('demo-failover', 0, false),
  messages('demo-failover', 1, false),
  responses('demo-quick', 2, true),
  generate('demo-flaky', 2),
  chat('demo-local', 3, false),
  messages('demo-flaky', 0, true),
  chat('demo-cut', 0, true),
  responses('demo-failover', 3, false),
];

/** Sends one to the gateway, as a client would, and waits for the last byte of its answer. */
export async function send(request: DemoRequest): Promise<DemoOutcome> {
  try {
    const response = await fetch(request.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request.body),
    });
    const { headers, status } = response;
    // A stream that breaks off says so in its last event.
    const text = await response.text().catch(() => '');
    return {
      ...request,
      status,
      isCut: text.includes('stream_interrupted'),
      attempts: Number(headers.get('x-llm-proxy-attempts') ?? 0),
      traceId: headers.get('x-request-id') ?? '',
    };
  } catch {
    return { ...request, status: 0, isCut: false, attempts: 0, traceId: '' };
  }
}

function promptAt(at: number): string {
  return PROMPTS[at] ?? '';
}

function chat(model: string, at: number, stream: boolean): DemoRequest {
  const body = { model, stream, messages: [{ role: 'user', content: promptAt(at) }] };
  return { dialect: 'chat/completions', model, path: '/v1/chat/completions', body };
}

function responses(model: string, at: number, stream: boolean): DemoRequest {
  return { dialect: 'responses', model, path: '/v1/responses', body: { model, stream, input: promptAt(at) } };
}

function messages(model: string, at: number, stream: boolean): DemoRequest {
  const body = { model, stream, max_tokens: 200, messages: [{ role: 'user', content: promptAt(at) }] };
  return { dialect: 'messages', model, path: '/v1/messages', body };
}

function generate(model: string, at: number): DemoRequest {
  const body = { contents: [{ role: 'user', parts: [{ text: promptAt(at) }] }] };
  return { dialect: 'generateContent', model, path: `/v1beta/models/${model}:generateContent`, body };
}
