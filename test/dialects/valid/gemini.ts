// What Gemini takes, as far as the gateway writes it for clients of other dialects: a field more is a fault here. After
// the types of the `@google/genai` package.
import { z } from 'zod';
import type { Json } from '../../kit/json.ts';
import { demand } from '../spoken.ts';
import { base64, object, pairedWithResults, text } from './words.ts';

/** Dots and colons are allowed there. */
const functionName = z.string().regex(/^[a-zA-Z_][\w.:-]{0,127}$/);
const blob = object({ mimeType: text, data: base64 });
const part = z.union([
  object({ text: z.string(), thought: z.literal(true).optional(), thoughtSignature: base64.optional() }),
  object({ inlineData: blob, thoughtSignature: base64.optional() }),
  object({
    functionCall: object({ id: text.optional(), name: functionName, args: z.looseObject({}) }),
    thoughtSignature: base64.optional(),
  }),
  object({
    functionResponse: object({
      id: text.optional(),
      name: functionName,
      response: z.looseObject({}),
      parts: z.array(object({ inlineData: blob })).optional(),
    }),
  }),
]);

const request = object({
  contents: z.array(object({ role: z.enum(['user', 'model']), parts: z.array(part).min(1) })).min(1),
  systemInstruction: object({ parts: z.array(object({ text })).min(1) }).optional(),
  tools: z
    .array(
      object({
        functionDeclarations: z
          .array(
            object({
              name: functionName,
              description: z.string().optional(),
              parametersJsonSchema: z.looseObject({ $schema: z.never().optional() }).optional(),
            }),
          )
          .min(1),
      }),
    )
    .optional(),
  toolConfig: object({
    functionCallingConfig: object({
      mode: z.enum(['AUTO', 'ANY', 'NONE', 'VALIDATED']),
      allowedFunctionNames: z.array(text).optional(),
    }),
  }).optional(),
  generationConfig: object({
    maxOutputTokens: z.int().positive().optional(),
    temperature: z.number().optional(),
    topP: z.number().optional(),
    topK: z.number().optional(),
    responseMimeType: z.literal('application/json').optional(),
    responseJsonSchema: z.looseObject({}).optional(),
    thinkingConfig: object({
      includeThoughts: z.boolean().optional(),
      thinkingBudget: z.int().optional(),
    }).optional(),
  }).optional(),
});

/** Throws on what Google would refuse. */
export function checkGemini(body: Json): void {
  const { contents } = request.parse(body);
  // Ids are optional there: as many responses as calls have to follow.
  pairedWithResults(
    contents.map(({ parts }) => ({
      calls: parts.flatMap((one) => ('functionCall' in one ? [one.functionCall.id ?? ''] : [])),
      results: parts.flatMap((one) => ('functionResponse' in one ? [one.functionResponse.id ?? ''] : [])),
    })),
  );
  demand(contents.length > 1 || contents[0]?.role === 'user', 'nothing but an answer');
  for (const { parts } of contents) {
    const responses = parts.filter((one) => 'functionResponse' in one).length;
    demand(responses === 0 || responses === parts.length, 'something else beside the responses of functions');
  }
}
