/** A model that the embedded demo plays, behind a backend of the demo's. */
export interface DemoModel {
  readonly backend: string;
  readonly model: string;
  /** The entry of the price table that it costs as much as; undefined: it has no price. */
  readonly like: string | undefined;
  /** About how long it takes to its first content, in milliseconds, and how many tokens it then makes in a second. */
  readonly ttftMs: number;
  readonly tokensPerSecond: number;
  /** Of all output, the part that is thought and not said. */
  readonly thinks: number;
}

/** An alias of the demo: its routes in the order of their priority. */
export interface DemoAlias {
  readonly name: string;
  readonly routes: readonly DemoModel[];
}

/** A way in which clients of the demo ask. */
export interface DemoDialect {
  readonly name: string;
  readonly endpoint: string;
  readonly path: string;
  readonly userAgent: string;
}

const GPT: DemoModel = played('demo-openai', 'gpt-5', 'openai/gpt-5', {
  ttftMs: 1630,
  tokensPerSecond: 61,
  thinks: 0.58,
});
const GPT_MINI = played('demo-openai', 'gpt-5-mini', 'openai/gpt-5-mini', {
  ttftMs: 720,
  tokensPerSecond: 104,
  thinks: 0.34,
});
const SONNET = played('demo-anthropic', 'claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5', {
  ttftMs: 1170,
  tokensPerSecond: 67,
});
const HAIKU = played('demo-anthropic', 'claude-haiku-4-5', 'anthropic/claude-haiku-4-5', {
  ttftMs: 540,
  tokensPerSecond: 127,
});
const FLASH = played('demo-google', 'gemini-2.5-flash', 'gemini/gemini-2.5-flash', {
  ttftMs: 410,
  tokensPerSecond: 183,
  thinks: 0.21,
});
const FLASH_LITE = played('demo-google', 'gemini-2.5-flash-lite', 'gemini/gemini-2.5-flash-lite', {
  ttftMs: 290,
  tokensPerSecond: 241,
});
/** A server of one's own: nobody knows what it costs. */
const LLAMA = played('demo-local', 'llama-3.3-70b', undefined, { ttftMs: 340, tokensPerSecond: 38 });

/** The aliases over models of well-known makers, which the demo plays. */
export const DEMO_ALIASES: readonly DemoAlias[] = [
  { name: 'demo-chat', routes: [GPT_MINI, HAIKU] },
  { name: 'demo-code', routes: [SONNET, GPT] },
  { name: 'demo-quick', routes: [FLASH, GPT_MINI] },
  { name: 'demo-reasoning', routes: [GPT, SONNET] },
  { name: 'demo-extract', routes: [FLASH_LITE, HAIKU] },
  { name: 'demo-local', routes: [LLAMA] },
];

const MODELS: readonly DemoModel[] = [GPT, GPT_MINI, SONNET, HAIKU, FLASH, FLASH_LITE, LLAMA];

/** The names of the models that the demo answers for besides its own. */
export const PLAYED_MODELS: readonly string[] = MODELS.map(({ model }) => model);

/** The dialect in which the demo itself is addressed. */
export const DEMO_UPSTREAM_DIALECT = 'openai-chat';

/** The four dialects, each with a client that uses it. */
export const DEMO_DIALECTS = {
  chat: {
    name: 'openai-chat',
    endpoint: 'chat/completions',
    path: '/v1/chat/completions',
    userAgent: 'OpenAI/Python 2.8.1',
  },
  responses: { name: 'openai-responses', endpoint: 'responses', path: '/v1/responses', userAgent: 'OpenAI/JS 6.9.1' },
  messages: {
    name: 'anthropic-messages',
    endpoint: 'messages',
    path: '/v1/messages',
    userAgent: 'claude-cli/2.0.55 (external, cli)',
  },
  generate: {
    name: 'gemini',
    endpoint: 'generateContent',
    path: '/v1beta/models',
    userAgent: 'google-genai-sdk/1.52.0 gl-python/3.12',
  },
} as const satisfies Readonly<Record<string, DemoDialect>>;

/** What the demo's config has of all this, beside the aliases that every gateway without a config has. */
export function demoWorld() {
  const backends = [...new Set(MODELS.map(({ backend }) => backend))].map((name) => ({ name, url: 'demo:' }));
  const models = DEMO_ALIASES.map(({ name, routes }) => [
    name,
    { routes: routes.map(({ backend, model }, at) => ({ backend, model, priority: at + 1 })) },
  ]);
  const prices = MODELS.flatMap(({ backend, model, like }) =>
    like === undefined ? [] : [[`${backend}/${model}`, { like }]],
  );
  return {
    backends,
    models: Object.fromEntries(models) as Readonly<
      Record<
        string,
        { readonly routes: readonly { readonly backend: string; readonly model: string; readonly priority: number }[] }
      >
    >,
    // The demo's own models cost nothing, and that is known.
    prices: {
      ...(Object.fromEntries(prices) as Readonly<Record<string, { readonly like: string }>>),
      'demo/*': { input: 0, output: 0 },
    },
  };
}

interface Manner {
  readonly ttftMs: number;
  readonly tokensPerSecond: number;
  readonly thinks?: number;
}

function played(backend: string, model: string, like: string | undefined, manner: Manner): DemoModel {
  return { backend, model, like, thinks: 0, ...manner };
}
