import { z } from 'zod';
import type { KeptAnswer, KeptBodies, KeptRequest } from '../core/kept-bodies.ts';

const message = {
  headers: z
    .record(z.string(), z.string())
    .describe('By name, in lower case: only those that say something of the message, and never a credential.'),
  body: z
    .string()
    .nullable()
    .describe('The text, masked as in the log. Null: there was none, or it is no text (a form, audio, an upload).'),
  bytes: z.int().describe('How long the body was, as far as it came.'),
  cut: z.boolean().describe('`body` is the beginning only: it was longer than `ledger.max_body_kb`.'),
};

const request = z.object({
  method: z.string(),
  path: z.string().describe('With its query; at a backend, after its base URL.'),
  ...message,
});

const answer = z.object({ status: z.int(), ...message });

/** The bodies of one request, as the admin API gives them. */
export const bodiesSchema = z.object({
  id: z.string().describe('The id of the request.'),
  trace_id: z.string(),
  started_at: z.string(),
  kept_until: z.string().describe('When they are dropped, by `ledger.keep_bodies_days`.'),
  client: z.object({
    dialect: z.string().nullable(),
    request: request.describe('What the client sent, as it came.'),
    answer: answer.nullable().describe('What the client got. Null: it had left before.'),
  }),
  attempts: z.array(
    z.object({
      index: z.int().describe('That of the attempt in `tries` of the request.'),
      backend: z.string(),
      model: z.string(),
      dialect: z.string().nullable(),
      failure: z.string().nullable(),
      request: request.nullable().describe('What was sent to the backend. Null: nothing was.'),
      answer: answer.nullable().describe('What came back; of a stream its events. Null: nothing did.'),
    }),
  ),
});

/** That as a type. */
export type BodiesJson = z.output<typeof bodiesSchema>;

/** Bodies as the admin API gives them; both times in milliseconds since the epoch. */
export function bodiesJson(id: string, bodies: KeptBodies, keptUntil: number): BodiesJson {
  return {
    id,
    trace_id: bodies.traceId,
    started_at: new Date(bodies.startedAt).toISOString(),
    kept_until: new Date(keptUntil).toISOString(),
    client: {
      dialect: bodies.dialect ?? null,
      request: requestJson(bodies.request),
      answer: answerJson(bodies.answer),
    },
    attempts: bodies.attempts.map(({ backend, model, dialect, failure, ...kept }, index) => ({
      index,
      backend,
      model,
      dialect: dialect ?? null,
      failure: failure ?? null,
      request: kept.request === undefined ? null : requestJson(kept.request),
      answer: answerJson(kept.answer),
    })),
  };
}

function requestJson({ method, path, headers, body, bytes, cut }: KeptRequest): BodiesJson['client']['request'] {
  return { method, path, headers: { ...headers }, body: body ?? null, bytes, cut };
}

function answerJson(kept: KeptAnswer | undefined): BodiesJson['client']['answer'] {
  if (kept === undefined) return null;
  const { status, headers, body, bytes, cut } = kept;
  return { status, headers: { ...headers }, body: body ?? null, bytes, cut };
}
