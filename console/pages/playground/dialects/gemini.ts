import { defined, list, messageOf, number, object, plainText, string, type Dialect, type Json } from './dialect.ts';

/** Gemini's `generateContent`, with model and streaming in the path. */
export const gemini: Dialect = {
  name: 'gemini',
  path: (model, stream) =>
    `/v1beta/models/${model.split('/').map(encodeURIComponent).join('/')}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  headers: (key) => (key === '' ? {} : { 'x-goog-api-key': key }),
  whole: (body) => body,
  read(body) {
    const settings = object(body['generationConfig']);
    return {
      system: plainText(object(body['systemInstruction'])['parts'], []) ?? '',
      messages: list(body['contents'])
        .map(object)
        .map((each) => messageOf(each, plainText(each['parts'], []))),
      tools: body['tools'],
      temperature: number(settings['temperature']),
      maxTokens: number(settings['maxOutputTokens']),
    };
  },
  write(body, fields) {
    const { system, messages, tools, temperature, maxTokens } = { ...gemini.read(body), ...fields };
    const settings = defined({ ...object(body['generationConfig']), temperature, maxOutputTokens: maxTokens });
    return defined({
      ...body,
      systemInstruction: system === '' ? undefined : { parts: [{ text: system }] },
      contents: messages.map(
        ({ role, text, raw }) => raw ?? { role: role === 'assistant' ? 'model' : 'user', parts: [{ text }] },
      ),
      tools,
      generationConfig: Object.keys(settings).length === 0 ? undefined : settings,
    });
  },
  toTools: (tools) =>
    list(tools)
      .flatMap((tool) => list(object(tool)['functionDeclarations']))
      .map((tool) => {
        const { name, description, parameters, parametersJsonSchema } = object(tool);
        const schema = parametersJsonSchema ?? parameters;
        return { name: string(name), description: string(description) || undefined, parameters: schema };
      }),
  fromTools: (tools) => [
    {
      functionDeclarations: tools.map(({ name, description, parameters }) =>
        defined({ name, description, parametersJsonSchema: parameters }),
      ),
    },
  ],
  piece: (event) => said(event),
  text: (answer) => said(answer),
  tokens({ usageMetadata: usage }) {
    const { promptTokenCount: input, candidatesTokenCount: output } = object(usage);
    return usage === undefined ? undefined : { input: number(input), output: number(output) };
  },
};

function said({ candidates }: Json): string {
  const parts = list(candidates).flatMap((each) => list(object(object(each)['content'])['parts']));
  return parts.map((part) => partText(object(part))).join('');
}

function partText({ text, functionCall: call, thought }: Json): string {
  if (call !== undefined) return `\n→ ${string(object(call)['name'])} ${JSON.stringify(object(call)['args'] ?? {})}`;
  return thought === true ? '' : string(text);
}
