import type { Backend } from '../../core/route.ts';
import { createDemo } from './demo.ts';
import { answerOf } from './response-answer.ts';

/** The embedded demo in the place of a provider: no network between. */
export function demoTransport(): Pick<Backend, 'send'> {
  const demo = createDemo();
  return {
    send: ({ method, target, body, cancellation }) =>
      demo({ method, path: target, body, signal: cancellation.signal }).then(answerOf),
  };
}
