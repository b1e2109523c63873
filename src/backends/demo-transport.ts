import type { Backend } from '../core/route.ts';
import { createDemo } from './demo.ts';

/** The embedded demo in the place of a provider: no network between. */
export function demoTransport(): Pick<Backend, 'send' | 'probe'> {
  const demo = createDemo();
  return {
    send: ({ method, target, body, signal }) => demo({ method, path: target, body, signal }),
    probe: () => Promise.resolve('open'),
  };
}
