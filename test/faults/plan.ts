// What is to happen in one exchange, decided by the campaign's seed and the exchange's number alone.
import type { FaultName } from './faults.ts';
import { faultsFor, LASTING_FAULTS } from './faults.ts';
import type { Random } from './random.ts';
import { randomOf } from './random.ts';

/** What a client does with its request and its answer. */
export type Manner =
  | 'reads'
  | 'reads slowly'
  | 'stops reading'
  | 'leaves while sending'
  | 'leaves before the answer'
  | 'leaves at the head'
  | 'leaves midway';

/** One exchange before it is played. */
export interface Plan {
  readonly n: number;
  /** The dialect of its client, by its name. */
  readonly client: string;
  /** The model that is asked for. */
  readonly model: string;
  readonly stream: boolean;
  readonly manner: Manner;
  /** When one that leaves does: so long after it has sent its request (or half of it) … */
  readonly leavesAfterMs: number;
  /** … or, midway, when so much of the answer has come. */
  readonly leavesAfterCharacters: number;
  /** Leaves by RST instead of FIN. */
  readonly resets: boolean;
  /** Sent on a connection of its own, not on one that an earlier exchange has left open. */
  readonly fresh: boolean;
  /** How many words a whole answer has between its first and its last, and how long each is. */
  readonly words: number;
  readonly wordCharacters: number;
  readonly promptCharacters: number;
  /** What each call of an upstream meets, in turn; the last one again and again. */
  readonly faults: readonly FaultName[];
}

/** The plan of exchange `n` in the campaign of `seed`. */
export function planOf(seed: number, n: number): Plan {
  const random = randomOf(seed, n);
  const stream = random.chance(0.6);
  // Calls of `patient/*` never end of themselves within the campaign's time: their clients leave.
  const isPatient = random.chance(0.07);
  // A plain answer is held until it is whole, so that of one that lasts no head ever comes.
  const manner = isPatient ? random.pick(stream ? LEAVING : LEAVING_EARLY) : mannerOf(random);
  const size = sizeOf(manner, random);
  const model = isPatient ? `patient/p${n}` : modelOf(random);
  const faults = Array.from({ length: random.between(1, 5) }, () =>
    random.chance(0.45) ? 'good' : faultFor(model, stream, random),
  );
  if (isPatient) faults.splice(random.between(0, 1), Infinity, random.pick(LASTING_FAULTS));
  return {
    n,
    client: randomOf(seed, n + 1_000_000).pick(stream ? [...CLIENTS, 'gemini, in an array'] : CLIENTS),
    model,
    stream,
    manner,
    leavesAfterMs: random.between(0, 60),
    leavesAfterCharacters: random.between(1, 2000),
    resets: random.chance(0.5),
    fresh: random.chance(0.4),
    ...size,
    promptCharacters: random.chance(0.1) ? random.between(10_000, 300_000) : random.between(0, 200),
    faults: size.wordCharacters > 1000 && random.chance(0.5) ? ['good'] : faults,
  };
}

/** What the client of an exchange says: nobody else says it. */
export function promptOf({ n, promptCharacters }: Plan): string {
  return `exchange ${n} 🙂 ${`${n}é`.repeat(Math.ceil(promptCharacters / 5))}`;
}

/** Which exchange a prompt is of. */
export function exchangeOf(prompt: string): number {
  return Number(/^exchange (\d+) /.exec(prompt)?.[1]);
}

/** The words of the whole answer that upstream call `tag` gives; the first and the last tell whose it is. */
export function wordsOf({ words, wordCharacters }: Plan, tag: string): string[] {
  const fillers = Array.from({ length: words }, (_, k) => ` w${k}字🙂é`.padEnd(wordCharacters, tag));
  return [`<${tag}>`, ...fillers, ` </${tag}>`];
}

const CLIENTS: readonly [string, ...string[]] = ['openai', 'openai-responses', 'anthropic', 'gemini'];

const LEAVING: readonly [Manner, ...Manner[]] = ['leaves before the answer', 'leaves at the head', 'leaves midway'];
const LEAVING_EARLY: readonly [Manner] = ['leaves before the answer'];

function mannerOf(random: Random): Manner {
  const at = random.next();
  if (at < 0.74) return 'reads';
  if (at < 0.8) return 'reads slowly';
  if (at < 0.804) return 'stops reading';
  return random.chance(0.25) ? 'leaves while sending' : random.pick(LEAVING);
}

/** `deep` falls back to `chain`, and that to `pair` and `one`. */
function modelOf(random: Random): string {
  const model = random.pick(['one', 'pair', 'pair', 'tiers', 'chain', 'deep', 'wild/']);
  return model === 'wild/' ? `wild/m${random.between(0, 40)}` : model;
}

/** A minute's rest for a model of which there are few would be the end of it. */
function faultFor(model: string, stream: boolean, random: Random): FaultName {
  const name = random.pick(faultsFor(stream));
  return name === '429, much later' && !model.startsWith('wild/') ? '429' : name;
}

/** More than what the kernel takes off the gateway's hands for one that does not read; now and then over the 1 MiB that are held. */
function sizeOf(manner: Manner, random: Random): { readonly words: number; readonly wordCharacters: number } {
  if (manner === 'stops reading') return { words: 80, wordCharacters: 80_000 };
  const at = random.next();
  if (at < 0.9) return { words: random.between(0, 12), wordCharacters: 0 };
  if (at < 0.98) return { words: random.between(2, 12), wordCharacters: random.between(2_000, 30_000) };
  return { words: random.between(20, 30), wordCharacters: 80_000 };
}
