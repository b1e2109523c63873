import { z } from 'zod';
import type { Answer, AnswerEvent, DemoUsage, Question } from './answer.ts';
import { usageOf } from './answer.ts';
import { check } from './parse.ts';
import { countWords, wordsOf } from './words.ts';

/** `POST /completions`, plain or as events: a choice for each prompt and each of `n`. */
export function answerCompletion({ body, hash, createdSeconds }: Question): Answer {
  const request = check(CompletionRequest, body);
  const prompts = promptsOf(request.prompt);
  const choices = prompts.flatMap((prompt) => {
    return Array.from({ length: request.n ?? 1 }, () => choiceFor(prompt, request.max_tokens ?? undefined));
  });
  const usage = usageOf(
    prompts.reduce((total, prompt) => total + prompt.words, 0),
    choices.reduce((total, choice) => total + choice.words.length, 0),
  );
  const head = { id: `cmpl-${hash}`, object: 'text_completion', created: createdSeconds, model: request.model };
  if (request.stream === true) {
    const withUsage = request.stream_options?.include_usage === true;
    return { events: chunks(head, choices, withUsage ? usage : undefined) };
  }
  const whole = choices.map(({ words, finishReason }, index) => choice(index, words.join(''), finishReason));
  return { body: { ...head, choices: whole, usage } };
}

const Count = z.int().min(1);
const Tokens = z.array(z.int());

const CompletionRequest = z.looseObject({
  model: z.string(),
  prompt: z.union([z.string(), z.array(z.string()).min(1), Tokens.min(1), z.array(Tokens).min(1)]),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: Count.max(128).nullish(),
  max_tokens: Count.nullish(),
});

interface Prompt {
  readonly text: string;
  readonly words: number;
}

interface Choice {
  readonly words: readonly string[];
  readonly finishReason: 'stop' | 'length';
}

/** One prompt or several; token numbers stand for words that the demo cannot read. */
function promptsOf(prompt: z.infer<typeof CompletionRequest>['prompt']): readonly Prompt[] {
  const some = typeof prompt === 'string' || typeof prompt[0] === 'number' ? [prompt] : prompt;
  return some.map((one) => {
    if (typeof one === 'string') return { text: one, words: countWords(one) };
    const count = Array.isArray(one) ? one.length : 1;
    return { text: `${count} tokens`, words: count };
  });
}

function choiceFor({ text }: Prompt, maxWords: number | undefined): Choice {
  const words = wordsOf(` This is the demo model, so no provider was asked. The prompt was: "${text.trim()}".`);
  if (maxWords === undefined || words.length <= maxWords) return { words, finishReason: 'stop' };
  return { words: words.slice(0, maxWords), finishReason: 'length' };
}

function* chunks(head: object, choices: readonly Choice[], usage: DemoUsage | undefined): Generator<AnswerEvent> {
  const members = usage === undefined ? {} : { usage: null };
  for (const [index, { words, finishReason }] of choices.entries()) {
    for (const word of words) {
      yield { kind: 'words', data: { ...head, choices: [choice(index, word, null)], ...members } };
    }
    yield { kind: 'end', data: { ...head, choices: [choice(index, '', finishReason)], ...members } };
  }
  if (usage !== undefined) yield { kind: 'end', data: { ...head, choices: [], usage } };
}

function choice(index: number, text: string, finishReason: string | null): object {
  return { index, text, logprobs: null, finish_reason: finishReason };
}
