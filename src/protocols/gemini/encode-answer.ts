import type { Completion } from '../../core/completion.ts';
import { compact, type JsonObject } from '../../lib/json.ts';
import type { Reply } from '../codec.ts';
import { encodeCitations } from './citations.ts';
import { AnswerParts } from './answer-parts.ts';
import { encodeFinish } from './finish.ts';
import { encodeLogprobs } from './logprobs.ts';
import { writeUsage } from './usage.ts';

/** Writes a GenerateContentResponse. */
export function encodeAnswer(completion: Completion, reply: Reply): JsonObject {
  const { finish, logprobs, usage } = completion;
  const writer = new AnswerParts();
  const written = completion.parts.flatMap((part) => {
    const value = writer.write(part);
    return value === undefined ? [] : [{ part, value }];
  });
  const cited = written.flatMap(({ part }, partIndex) =>
    part.type === 'text' && part.citations !== undefined
      ? [{ text: part.text, partIndex, citations: part.citations }]
      : [],
  );
  const parts = written.map(({ value }) => value);
  return compact({
    candidates: [
      compact({
        content: { ...(parts.length === 0 ? {} : { parts }), role: 'model' },
        finishReason: encodeFinish(finish),
        index: 0,
        groundingMetadata: encodeCitations(cited),
        logprobsResult: logprobs === undefined ? undefined : encodeLogprobs(logprobs),
      }),
    ],
    usageMetadata: usage === undefined ? undefined : writeUsage(usage),
    modelVersion: completion.model ?? reply.model,
    responseId: completion.id ?? reply.id,
  });
}
