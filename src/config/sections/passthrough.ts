import { z } from 'zod';
import { text } from '../fields.ts';

const backendOf = (api: string, paths: string) =>
  text('name', 'the name of a backend')
    .optional()
    .describe(`The backend that gets the rest of ${api}: ${paths}. Without it these paths are answered with 404.`);

/** `passthrough`: the backends that get what the gateway has no endpoint of its own for. */
export const passthroughSchema = z
  .strictObject({
    openai: backendOf(
      "OpenAI's API",
      'files, uploads, batches, vector stores, conversations, containers, fine-tuning, evals, assistants, stored completions, skills, videos',
    ),
    anthropic: backendOf("Anthropic's API", 'batches, files, skills, agents and their sessions'),
    gemini: backendOf("Gemini's API", 'files, cached contents, batches, tuned models, file search stores, operations'),
  })
  .prefault({})
  .describe(
    'The rest of each API, passed through to one backend of the same dialect, bodies in both directions as they come. Only callers that may use all models (`models: ["*"]`) get in, since a batch may name any. With `keys` or `server.secret`, ids are sealed for the caller and lead to the backend that made them; see protocols.md.',
  );
