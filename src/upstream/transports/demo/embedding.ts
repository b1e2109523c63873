import { z } from 'zod';
import type { Answer, Question } from './answer.ts';
import { check } from './parse.ts';
import { countWords } from './words.ts';

/** `POST /embeddings`: for each input a vector of length 1 that depends on nothing but the input. */
export function answerEmbeddings({ body }: Question): Answer {
  const request = check(EmbeddingRequest, body);
  const inputs = inputsOf(request.input);
  const data = inputs.map((input, index) => {
    const vector = unitVector(input, request.dimensions ?? DEFAULT_DIMENSIONS);
    const embedding = request.encoding_format === 'base64' ? base64Of(vector) : Array.from(vector);
    return { object: 'embedding', index, embedding };
  });
  const words = inputs.reduce(
    (total, input) => total + (typeof input === 'string' ? countWords(input) : input.length),
    0,
  );
  const usage = { prompt_tokens: words, total_tokens: words };
  return { body: { object: 'list', data, model: request.model, usage } };
}

const DEFAULT_DIMENSIONS = 8;
/** As many inputs and numbers as OpenAI allows. */
const MAX_INPUTS = 2_048;
const MAX_DIMENSIONS = 4_096;

const Text = z.string().min(1);
const Tokens = z.array(z.int()).min(1);

const EmbeddingRequest = z.looseObject({
  model: z.string(),
  input: z.union([Text, z.array(Text).min(1).max(MAX_INPUTS), Tokens, z.array(Tokens).min(1).max(MAX_INPUTS)]),
  dimensions: z.int().min(1).max(MAX_DIMENSIONS).nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
});

type Input = string | readonly number[];

function inputsOf(input: z.infer<typeof EmbeddingRequest>['input']): readonly Input[] {
  if (typeof input === 'string') return [input];
  if (isTokens(input)) return [input];
  return input;
}

function isTokens(input: readonly (string | number | number[])[]): input is readonly number[] {
  return typeof input[0] === 'number';
}

function unitVector(input: Input, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  let state = Number(Bun.hash(typeof input === 'string' ? input : JSON.stringify(input)) & 0xffff_ffffn);
  let squares = 0;
  for (let at = 0; at < dimensions; at++) {
    // A linear congruential generator (Numerical Recipes): even enough for vectors that only have to differ.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const number = state / 0x8000_0000 - 1;
    vector[at] = number;
    squares += number * number;
  }
  const length = Math.sqrt(squares);
  return length === 0 ? vector.fill(1 / Math.sqrt(dimensions)) : vector.map((number) => number / length);
}

/** Little-endian 32-bit floats, which is what every platform that Bun runs on has in memory. */
function base64Of(vector: Float32Array): string {
  return Buffer.from(vector.buffer).toString('base64');
}
