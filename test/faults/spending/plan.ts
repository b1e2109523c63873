// What is to happen in each exchange of a campaign of spending, by its seed and number alone.
import { randomOf } from '../random.ts';
import { ALIASES, KEYS } from './config.ts';

/** What becomes of one call of a backend. `lies`: it reports far more than it gave, or what nobody can foresee. */
export type CallFate =
  'good' | 'slow' | 'no usage' | 'lies' | 'cut' | 'cut in the head' | 'error' | 'refused' | 'silent' | 'endless';

/** One exchange before it is played. */
export interface Plan {
  readonly n: number;
  readonly key: string;
  /** The dialect of its client. */
  readonly client: string;
  readonly alias: string;
  readonly stream: boolean;
  /** How many words, and so tokens, a whole answer has. */
  readonly words: number;
  /** When it leaves: at so many characters of its answer; undefined: it stays. */
  readonly leavesAt: number | undefined;
  /** What each call meets, in turn; the last again and again. */
  readonly fates: readonly CallFate[];
}

/** What is done to the gateway between exchanges. */
export type Blow = 'reload' | 'kill' | 'restart' | 'database away' | 'database back' | 'nothing';

const FATES = ['slow', 'no usage', 'cut', 'cut in the head', 'error', 'refused', 'silent'] as const;

/** The plan of exchange `n`. In some campaigns backends lie. */
export function planOf(seed: number, n: number): Plan {
  const random = randomOf(seed, n);
  const stream = random.chance(0.65);
  const leavesAt = random.chance(0.15) ? random.between(0, 600) : undefined;
  const fate = (): CallFate =>
    random.chance(0.6) ? 'good' : seed % 3 === 0 && random.chance(0.2) ? 'lies' : random.pick(FATES);
  const fates = Array.from({ length: random.between(1, 3) }, fate);
  if (stream && random.chance(0.04)) fates[0] = 'endless';
  return {
    n,
    key: random.pick(KEYS),
    client: random.pick(['openai', 'openai-responses', 'anthropic', 'gemini']),
    alias: random.pick(ALIASES),
    stream,
    words: random.chance(0.1) ? random.between(200, 600) : random.between(1, 40),
    leavesAt: fates.includes('endless') ? (leavesAt ?? 4000) : leavesAt,
    fates,
  };
}

/** What happens before exchange `n`. */
export function blowAt(seed: number, n: number): Blow {
  const random = randomOf(seed, n + 5_000_000);
  if (n === 0 || n % 10 !== 0) return 'nothing';
  // In every fourth campaign the gateway starts without its database, too, which takes long.
  if (seed % 4 === 0) return random.pick(BLOWS);
  const turn = (n / 10) % 6;
  if (turn === 2) return 'database away';
  if (turn === 4) return 'database back';
  return turn === 3 ? 'reload' : random.pick(['reload', 'kill', 'kill', 'restart', 'nothing']);
}

const BLOWS = ['reload', 'reload', 'kill', 'restart', 'database away', 'database back', 'nothing'] as const;
