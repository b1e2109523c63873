import type { AnswerEvent } from '../../src/core/event.ts';
import { conversationOf, HELLO, WEATHER } from '../../src/protocols/contract/samples.fixture.ts';
import { MalformedAnswer, type StreamDecoder } from '../../src/protocols/codec.ts';
import { protocolOf } from '../../src/protocols/registry.ts';
import { DocumentMaker } from '../kit/shape-document.ts';
import { pathText, pointsOf, resolved, type Point } from '../kit/shape-points.ts';
import { shapesOf, type DialectShapes } from '../kit/shape.ts';
import { MODELS } from './growth-runs.ts';

/** A stream that can be made as long as one likes. */
export interface GrowingStream {
  readonly name: string;
  /** Its events, `n` of them or some more. */
  make(n: number): unknown[];
}

/** One kind of event, and how the `number`th of its kind looks. */
interface Kind {
  readonly name: string;
  make(number: number, isDistinct: boolean): unknown;
}

/**
 * Streams in which events of two kinds follow each other in turn, or many of the second kind come after one or many of
 * the first, with one index and id for all or each its own. Of the pairs that say the same in neutral form, as far as a
 * few events can tell, one stands for all.
 */
export function growingStreams(dialect: string): GrowingStream[] {
  const kinds = kindsOf(dialect);
  const samples = new Map(kinds.map((kind) => [kind, samplesOf(kind)]));
  const { codec } = protocolOf(dialect);
  const asked = conversationOf([HELLO], { tools: [WEATHER], stream: true });
  const encoded = codec.encodeRequest(asked, { model: MODELS[dialect] ?? '', quirks: {} });
  const pairs = new Map<string, readonly [Kind, Kind]>();
  for (const first of kinds) {
    for (const second of kinds) {
      const [ones = [], others = []] = [samples.get(first), samples.get(second)];
      const said = ones.map((one, at) => saidBy(encoded.decodeStream(), one, others[at] ?? [])).join(' / ');
      if (!pairs.has(said)) pairs.set(said, [first, second]);
    }
  }
  return [...pairs.values()].flatMap(([first, second]) =>
    [false, true].flatMap((isDistinct) =>
      ORDERS.map(([order, arrange]) => ({
        name: `${first.name} ${order} ${second.name}, ${isDistinct ? 'distinct' : 'alike'}`,
        make: (n: number) =>
          arrange(n).map(([which, number]) => (which === 0 ? first : second).make(number, isDistinct)),
      })),
    ),
  );
}

/** Which of the two kinds stands where, and its number among its own. */
type Arrangement = (n: number) => (readonly [which: 0 | 1, number: number])[];

const ORDERS: readonly (readonly [name: string, arrange: Arrangement])[] = [
  ['in turn with', (n) => Array.from({ length: n }, (_, at) => [at % 2 === 0 ? 0 : 1, at >> 1] as const)],
  ['once before', (n) => [[0, 0], ...Array.from({ length: n }, (_, at) => [1, at] as const)]],
  [
    'all before',
    (n) =>
      Array.from({ length: n }, (_, at) => (2 * at < n ? ([0, at] as const) : ([1, at - Math.ceil(n / 2)] as const))),
  ],
];

/** Every kind of event: each choice that leads to an object, and each member of what says something. */
function kindsOf(dialect: string): Kind[] {
  const shapes = shapesOf(dialect);
  const seen = new Set<string>();
  return pointsOf(shapes, shapes.event).flatMap((point): Kind[] => {
    if (!isKind(shapes, point)) return [];
    const make = (number: number, isDistinct: boolean): unknown => {
      const maker = new DocumentMaker(shapes, { isRich: true, isDistinct });
      return maker.numbered(number, () =>
        maker.document(shapes.event, point.path, (inner, shape) => inner.value(shape)),
      );
    };
    const text = JSON.stringify(make(0, false));
    if (seen.has(text)) return [];
    seen.add(text);
    return [{ name: pathText(point.path), make }];
  });
}

const MOST_STEPS = 9;

function isKind(shapes: DialectShapes, { path, shape, cycle }: Point): boolean {
  const last = path.at(-1);
  if (cycle !== undefined || last === undefined || path.length > MOST_STEPS) return false;
  const known = resolved(shapes, shape);
  if (typeof last === 'object' && 'choice' in last) return typeof known === 'object' && 'object' in known;
  // Where an event is no union, each of its members is a kind of its own.
  return typeof last === 'object' && 'member' in last && !hasChoice(path) && known !== 'null';
}

function hasChoice(path: Point['path']): boolean {
  return path.some((step) => typeof step === 'object' && 'choice' in step);
}

/** Some events of a kind, alike and distinct. */
function samplesOf({ make }: Kind): unknown[][] {
  return [false, true].map((isDistinct) => [0, 1].map((number) => make(number, isDistinct)));
}

/** What some events of two kinds, in turn, come to. */
function saidBy(decoder: StreamDecoder, ones: readonly unknown[], others: readonly unknown[]): string {
  const said: AnswerEvent[] = [];
  let end = '';
  try {
    for (const [at, one] of ones.entries())
      for (const event of [one, others[at]]) said.push(...decoder.push(event, undefined));
    said.push(...decoder.end());
  } catch (error) {
    if (!(error instanceof MalformedAnswer)) throw error;
    end = ' broken';
  }
  const told = said
    .map(
      (event) =>
        `${event.type}${'part' in event && typeof event.part === 'string' ? event.part : ''}${'index' in event ? event.index : ''}`,
    )
    .join(' ');
  return told + end;
}

/** Events as a backend sends them. */
export function sseOf(events: readonly unknown[]): Uint8Array {
  return Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
}
