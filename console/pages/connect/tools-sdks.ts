import type { SnippetFacts, Tool } from './tool.ts';

const HELLO = '[{"role": "user", "content": "Hello"}]';
const HELLO_JS = "[{ role: 'user', content: 'Hello' }]";

/** Written so that no tool takes it for an import of this file. */
function importLine(what: string, from: string): string {
  return ['import', what, 'from', `'${from}';`].join(' ');
}

type SdkNames = readonly [name: string, title: string, dialect: Tool['dialect'], install: string];

function sdk([name, title, dialect, install]: SdkNames, code: (facts: SnippetFacts) => string): Tool {
  return {
    name,
    title,
    group: 'sdk',
    dialect,
    usesVariable: true,
    snippets: (facts) => [
      { title: install, text: install },
      { title, text: code(facts) },
    ],
  };
}

/** Libraries, as docs/clients.md has them. */
export const SDK_TOOLS: readonly Tool[] = [
  sdk(
    ['openai-python', 'OpenAI SDK, Python', 'chat', 'pip install openai'],
    ({ origin, model }) =>
      `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["LLM_PROXY_KEY"])

answer = client.chat.completions.create(model=${JSON.stringify(model)}, messages=${HELLO})
print(answer.choices[0].message.content)`,
  ),
  sdk(
    ['openai-js', 'OpenAI SDK, JavaScript', 'chat', 'npm install openai'],
    ({ origin, model }) =>
      `${importLine('OpenAI', 'openai')}

const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.LLM_PROXY_KEY });

const answer = await client.chat.completions.create({ model: ${JSON.stringify(model)}, messages: ${HELLO_JS} });
console.log(answer.choices[0].message.content);`,
  ),
  sdk(
    ['anthropic-python', 'Anthropic SDK, Python', 'messages', 'pip install anthropic'],
    ({ origin, model }) =>
      `import os
from anthropic import Anthropic

client = Anthropic(base_url="${origin}", api_key=os.environ["LLM_PROXY_KEY"])

answer = client.messages.create(model=${JSON.stringify(model)}, max_tokens=100, messages=${HELLO})
print(answer.content[0].text)`,
  ),
  sdk(
    ['anthropic-js', 'Anthropic SDK, TypeScript', 'messages', 'npm install @anthropic-ai/sdk'],
    ({ origin, model }) =>
      `${importLine('Anthropic', '@anthropic-ai/sdk')}

const client = new Anthropic({ baseURL: '${origin}', apiKey: process.env.LLM_PROXY_KEY });

const answer = await client.messages.create({ model: ${JSON.stringify(model)}, max_tokens: 100, messages: ${HELLO_JS} });
console.log(answer.content[0].text);`,
  ),
  sdk(
    ['genai-python', 'Google Gen AI SDK, Python', 'gemini', 'pip install google-genai'],
    ({ origin, model }) =>
      `import os
from google import genai

client = genai.Client(api_key=os.environ["LLM_PROXY_KEY"], http_options={"base_url": "${origin}"})

print(client.models.generate_content(model=${JSON.stringify(model)}, contents="Hello").text)`,
  ),
  sdk(
    ['genai-js', 'Google Gen AI SDK, JavaScript', 'gemini', 'npm install @google/genai'],
    ({ origin, model }) =>
      `${importLine('{ GoogleGenAI }', '@google/genai')}

const ai = new GoogleGenAI({ apiKey: process.env.LLM_PROXY_KEY, httpOptions: { baseUrl: '${origin}' } });

const answer = await ai.models.generateContent({ model: ${JSON.stringify(model)}, contents: 'Hello' });
console.log(answer.text);`,
  ),
  sdk(
    ['ai-sdk', 'AI SDK', 'chat', 'npm install ai @ai-sdk/openai-compatible'],
    ({ origin, model }) =>
      `${importLine('{ createOpenAICompatible }', '@ai-sdk/openai-compatible')}
${importLine('{ generateText }', 'ai')}

const gateway = createOpenAICompatible({
  name: 'llm-proxy',
  baseURL: '${origin}/v1',
  apiKey: process.env.LLM_PROXY_KEY,
  includeUsage: true,
});

const { text } = await generateText({ model: gateway(${JSON.stringify(model)}), prompt: 'Hello' });
console.log(text);`,
  ),
  sdk(
    ['langchain', 'LangChain, Python', 'chat', 'pip install langchain-openai'],
    ({ origin, model }) =>
      `import os
from langchain_openai import ChatOpenAI

model = ChatOpenAI(model=${JSON.stringify(model)}, base_url="${origin}/v1", api_key=os.environ["LLM_PROXY_KEY"])
print(model.invoke("Hello").text)`,
  ),
  sdk(
    ['litellm', 'LiteLLM as a library', 'chat', 'pip install litellm'],
    ({ origin, model }) =>
      `import os
from litellm import completion

answer = completion(
    model=${JSON.stringify(`openai/${model}`)},  # openai/ names the dialect
    api_base="${origin}/v1",
    api_key=os.environ["LLM_PROXY_KEY"],
    messages=${HELLO},
)
print(answer.choices[0].message.content)`,
  ),
  {
    name: 'curl',
    title: 'curl',
    group: 'sdk',
    dialect: 'chat',
    usesVariable: true,
    snippets: ({ origin, model, system }) => {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
      const key = { unix: '$LLM_PROXY_KEY', powershell: '$env:LLM_PROXY_KEY', cmd: '%LLM_PROXY_KEY%' }[system];
      const parts = [
        `${system === 'unix' ? 'curl' : 'curl.exe'} -sS ${origin}/v1/chat/completions`,
        `-H "Authorization: Bearer ${key}" -H "Content-Type: application/json"`,
        `-d ${system === 'cmd' ? `"${body.replaceAll('"', '\\"')}"` : `'${body}'`}`,
      ];
      const next = { unix: ' \\\n  ', powershell: ' `\n  ', cmd: ' ^\n  ' }[system];
      return [{ title: 'curl', text: parts.join(next) }];
    },
  },
];
