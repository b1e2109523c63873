import type { Dialect } from './tool.ts';

/** What came of a test request. */
export interface Outcome {
  /** 0: the gateway could not be reached. */
  readonly status: number;
  /** The beginning of what the model said, or why there is nothing. */
  readonly text: string;
  readonly backend: string | undefined;
  readonly traceId: string | undefined;
}

interface Form {
  path(model: string): string;
  body(model: string): object;
  /** Where the text of a good answer is. */
  textOf(answer: unknown): unknown;
}

const HELLO = 'Hello';
const MESSAGES = [{ role: 'user', content: HELLO }];

const FORMS: Readonly<Record<Dialect, Form>> = {
  chat: {
    path: () => '/v1/chat/completions',
    body: (model) => ({ model, messages: MESSAGES }),
    textOf: (answer) => within(answer, 'choices', 0, 'message', 'content'),
  },
  responses: {
    path: () => '/v1/responses',
    body: (model) => ({ model, input: HELLO }),
    textOf: (answer) => within(answer, 'output', 0, 'content', 0, 'text'),
  },
  messages: {
    path: () => '/v1/messages',
    body: (model) => ({ model, max_tokens: 100, messages: MESSAGES }),
    textOf: (answer) => within(answer, 'content', 0, 'text'),
  },
  gemini: {
    path: (model) => `/v1beta/models/${encodeURIComponent(model)}:generateContent`,
    body: () => ({ contents: [{ parts: [{ text: HELLO }] }] }),
    textOf: (answer) => within(answer, 'candidates', 0, 'content', 'parts', 0, 'text'),
  },
};

/** The path that a tool of this dialect asks at. */
export function pathOf(dialect: Dialect, model: string): string {
  return FORMS[dialect].path(model);
}

/** Asks a model for something small, as a tool of this dialect does. */
export async function ask(dialect: Dialect, model: string, secret: string): Promise<Outcome> {
  const form = FORMS[dialect];
  try {
    const response = await fetch(form.path(model), {
      method: 'POST',
      // The session must not stand in for the key.
      credentials: 'omit',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(form.body(model)),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    const said = response.ok ? form.textOf(answer) : within(answer, 'error', 'message');
    return {
      status: response.status,
      text: typeof said === 'string' ? said.slice(0, 300) : '',
      backend: response.headers.get('x-llm-proxy-backend') ?? undefined,
      traceId: response.headers.get('x-trace-id') ?? undefined,
    };
  } catch (error) {
    return { status: 0, text: (error as Error).message, backend: undefined, traceId: undefined };
  }
}

function within(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[key] : undefined),
    value,
  );
}
