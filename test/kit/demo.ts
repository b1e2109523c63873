import { expect } from 'bun:test';
import type { Running } from './command.ts';
import { eventually } from './settled.ts';

/** How long a package manager may take to download before the gateway begins. */
const MOST_MS = 55_000;

/** Waits until a gateway has printed its last word of the start; throws with its output if it has ended instead. */
export async function started(gateway: Pick<Running, 'exited' | 'stdout' | 'stderr'>): Promise<void> {
  let exit: unknown;
  void gateway.exited.then((how) => (exit = how));
  await eventually(() => exit !== undefined || /^ +curl .*\n/m.test(gateway.stdout()), { timeoutMs: MOST_MS });
  if (exit !== undefined)
    throw new Error(`exited with ${JSON.stringify(exit)}\n${gateway.stdout()}${gateway.stderr()}`);
}

/** Asks a model of the gateway at a port of this machine for an answer, and returns its body. */
export async function ask(port: number, model = 'demo'): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
    keepalive: false,
  });
  return await answer.json();
}

/** What the demo answers, as far as it is always the same. */
export const ANSWER: unknown = expect.objectContaining({ object: 'chat.completion' });

/** The commands of a section of a page, one by one, in the order in which a reader comes to them. */
export function documentedCommands(page: string, section: string): string[] {
  const [, after = ''] = page.split(new RegExp(`^## ${section}$`, 'm'));
  const [text = ''] = after.split(/^## /m);
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, '')
      .trim()
      .split('\n'),
  );
}
