import type { Dialect, Json } from './dialects/dialect.ts';

/** What a request looks like in code. */
export interface Asking {
  readonly dialect: Dialect;
  readonly body: Json;
  readonly model: string;
  readonly stream: boolean;
  /** The gateway's address. */
  readonly origin: string;
}

/** A request as commands and code; the key is never in it. */
export const SNIPPETS = { curl, python, javascript } as const;

export type SnippetName = keyof typeof SNIPPETS;

const KEY = 'LLM_PROXY_KEY';

function curl({ dialect, body, model, stream, origin }: Asking): string {
  const headers = { 'content-type': 'application/json', ...dialect.headers(`$${KEY}`) };
  const json = JSON.stringify(dialect.whole(body, model, stream), null, 2).replaceAll("'", String.raw`'\''`);
  return [
    `curl ${stream ? '-N ' : ''}'${origin}${dialect.path(model, stream)}' \\`,
    ...Object.entries(headers).map(([name, value]) => `  -H "${name}: ${value}" \\`),
    `  -d '${json}'`,
  ].join('\n');
}

interface Sdk {
  /** How its client is made, for an address. */
  readonly made: (origin: string) => readonly string[];
  readonly call: string;
  readonly streamCall?: string;
}

const PYTHON: Readonly<Record<string, Sdk>> = {
  'openai-chat': openaiPython('chat.completions.create'),
  'openai-responses': openaiPython('responses.create'),
  'anthropic-messages': {
    made: (origin) => [
      'from anthropic import Anthropic',
      '',
      `client = Anthropic(base_url="${origin}", api_key=os.environ["${KEY}"])`,
    ],
    call: 'client.messages.create',
  },
  gemini: {
    made: (origin) => [
      'from google import genai',
      '',
      `client = genai.Client(api_key=os.environ["${KEY}"], http_options={"base_url": "${origin}"})`,
    ],
    call: 'client.models.generate_content',
    streamCall: 'client.models.generate_content_stream',
  },
};

function openaiPython(method: string): Sdk {
  return {
    made: (origin) => [
      'from openai import OpenAI',
      '',
      `client = OpenAI(base_url="${origin}/v1", api_key=os.environ["${KEY}"])`,
    ],
    call: `client.${method}`,
  };
}

function python(asking: Asking): string {
  const { dialect, stream, origin } = asking;
  const sdk = PYTHON[dialect.name];
  if (sdk === undefined) return '';
  const given = Object.entries(argumentsOf(asking)).map(([name, value]) => `    ${name}=${pythonText(value)},`);
  const call = [`answer = ${(stream && sdk.streamCall) || sdk.call}(`, ...given, ')'];
  const shown = stream ? ['for event in answer:', '    print(event)'] : ['print(answer)'];
  return ['import os', ...sdk.made(origin), ...call, ...shown].join('\n');
}

const JAVASCRIPT: Readonly<Record<string, Sdk>> = {
  'openai-chat': openaiJavascript('chat.completions.create'),
  'openai-responses': openaiJavascript('responses.create'),
  'anthropic-messages': {
    made: (origin) => [
      "import Anthropic from '@anthropic-ai/sdk';",
      '',
      `const client = new Anthropic({ baseURL: '${origin}', apiKey: process.env.${KEY} });`,
    ],
    call: 'client.messages.create',
  },
  gemini: {
    made: (origin) => [
      "import { GoogleGenAI } from '@google/genai';",
      '',
      `const client = new GoogleGenAI({ apiKey: process.env.${KEY}, httpOptions: { baseUrl: '${origin}' } });`,
    ],
    call: 'client.models.generateContent',
    streamCall: 'client.models.generateContentStream',
  },
};

function openaiJavascript(method: string): Sdk {
  return {
    made: (origin) => [
      "import OpenAI from 'openai';",
      '',
      `const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.${KEY} });`,
    ],
    call: `client.${method}`,
  };
}

function javascript(asking: Asking): string {
  const { dialect, stream, origin } = asking;
  const sdk = JAVASCRIPT[dialect.name];
  if (sdk === undefined) return '';
  const call = `const answer = await ${(stream && sdk.streamCall) || sdk.call}(${JSON.stringify(argumentsOf(asking), null, 2)});`;
  const shown = stream ? 'for await (const event of answer) console.log(event);' : 'console.log(answer);';
  return [...sdk.made(origin), call, shown].join('\n');
}

/** What the SDK's call takes: the body, but for Gemini's, which has its own arrangement. */
function argumentsOf({ dialect, body, model, stream }: Asking): Json {
  if (dialect.name !== 'gemini') return dialect.whole(body, model, stream);
  const { contents, generationConfig, ...config } = body;
  return { model, contents, config: { ...(generationConfig as Json | undefined), ...config } };
}

/** JSON as Python writes it. */
function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${pythonText(each)}`);
    return `{${entries.join(', ')}}`;
  }
  return JSON.stringify(value);
}
