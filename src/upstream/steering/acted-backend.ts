import type { Backend, UpstreamRequest } from '../../core/route.ts';
import type { UpstreamAnswer } from '../../core/upstream-answer.ts';
import { wholeBody } from '../answer-form.ts';

/** The ways in which a rehearsal lets attempts fail. */
export const REHEARSED_FAILURES = ['status_500', 'rate_limited', 'timeout', 'connection_refused', 'cut'] as const;

/** One of them. */
export type RehearsedFailure = (typeof REHEARSED_FAILURES)[number];

/** A backend that fails as a rehearsal says, with nothing sent: all that follows is what follows from a real failure. */
export function actedBackend(failure: RehearsedFailure): Pick<Backend, 'send'> {
  return { send: (request) => ACTS[failure](request) };
}

const ACTS: Readonly<Record<RehearsedFailure, (request: UpstreamRequest) => Promise<UpstreamAnswer>>> = {
  status_500: () => answer(500, 'server_error'),
  rate_limited: () => answer(429, 'rate_limit_error'),
  // It ends when the gateway gives up waiting.
  timeout: ({ cancellation }) =>
    new Promise((_resolve, reject) => {
      if (cancellation.reason !== undefined) reject(cancellation.reason);
      else cancellation.listen({ onCancelled: reject });
    }),
  connection_refused: () => broken('ECONNREFUSED'),
  cut: () => broken('ECONNRESET'),
};

function answer(status: number, type: string): Promise<UpstreamAnswer> {
  const error = {
    message: 'An operator of this gateway rehearses a failure of this backend.',
    type,
    code: 'rehearsed',
  };
  const headers = new Headers({ 'content-type': 'application/json' });
  return Promise.resolve({ status, headers, body: wholeBody(new TextEncoder().encode(JSON.stringify({ error }))) });
}

function broken(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error('rehearsed'), { code }));
}
