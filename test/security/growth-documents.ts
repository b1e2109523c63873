import { markSignature } from '../../src/core/signature.ts';
import { DocumentMaker, type Filling, type Leaf } from '../kit/shape-document.ts';
import { pathText, pointsOf, resolved, type Point } from '../kit/shape-points.ts';
import { shapesOf, type BodyName, type DialectShapes, type Shape } from '../kit/shape.ts';

/** A body that can be made as large as one likes in one place. */
export interface Growing {
  readonly name: string;
  /** Steps to the place. */
  readonly depth: number;
  make(n: number): object;
}

/** Everything of a dialect's body that can grow: each list, map, text, and what may hold anything. */
export function growingBodies(dialect: string, body: BodyName): Growing[] {
  const shapes = shapesOf(dialect);
  const root = shapes[body];
  return pointsOf(shapes, root).flatMap((point) =>
    leavesAt(shapes, point).flatMap(([what, filling, leafOf]): Growing[] => {
      const name = `${pathText(point.path)} ${what}`;
      return [
        {
          name,
          depth: point.path.length,
          make: (n) => ({
            ...BASES[dialect]?.[body],
            ...(new DocumentMaker(shapes, filling).document(root, point.path, leafOf(n)) as object),
          }),
        },
      ];
    }),
  );
}

/** What a body needs though its type says that it may be left out. */
const BASES: Readonly<Record<string, Partial<Record<BodyName, object>>>> = {
  'openai-responses': { request: { model: 'some-model', input: 'Hello' } },
  gemini: {
    request: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
    answer: { candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }] },
  },
};

type Leaves = readonly [what: string, filling: Filling, leafOf: (n: number) => Leaf][];

/** Deeper, nothing is walked: it is refused by its text (see `Work`). What JSON.stringify cannot write is no body. */
const MOST_NESTING = 2000;

const RICH: Filling = { isRich: true, isDistinct: true };
const LEAN: Filling = { isRich: false, isDistinct: false };

function leavesAt(shapes: DialectShapes, { path, shape, cycle }: Point): Leaves {
  if (cycle !== undefined) {
    const leafOf = (n: number): Leaf => {
      const deep = Array.from({ length: Math.min(n, MOST_NESTING) }, () => cycle).flat();
      return (maker, at) => maker.document(at, deep, (inner, end) => inner.value(end));
    };
    return [['nested', LEAN, leafOf]];
  }
  const last = path.findLast((step) => typeof step === 'object' && 'member' in step);
  const name = typeof last === 'object' && 'member' in last ? last.member : '';
  const known = resolved(shapes, shape);
  if (known === 'string') return textsOf(name);
  if (known === 'any') return anythings(name);
  if (typeof known !== 'object') return [];
  if ('list' in known) return listsOf(shapes, known.list, name);
  if ('map' in known) {
    const { map } = known;
    return [['members', LEAN, (n) => (maker) => mapOf(n, () => maker.value(map))]];
  }
  return [];
}

/** Lists of each kind of element, full ones and bare ones, alike and distinct; and of all kinds in turn and in groups. */
function listsOf(shapes: DialectShapes, element: Shape, name: string): Leaves {
  const known = resolved(shapes, element);
  const kinds =
    typeof known === 'object' && 'oneOf' in known ? known.oneOf.filter((kind) => kind !== 'null') : [element];
  const leaves: Leaves[number][] = kinds.flatMap((kind, number): Leaves => {
    const leafOf =
      (n: number): Leaf =>
      (maker) =>
        maker.values(kind, n, name);
    return [
      [`list(${number}) rich`, RICH, leafOf],
      [`list(${number}) lean`, LEAN, leafOf],
    ];
  });
  if (kinds.length < 2) return leaves;
  const kindOf = (at: number): Shape => kinds[at % kinds.length] ?? 'null';
  const mixed =
    (n: number): Leaf =>
    (maker) =>
      Array.from({ length: n }, (_, at) =>
        maker.numbered(Math.floor(at / kinds.length), () => maker.value(kindOf(at), name)),
      );
  const grouped =
    (order: readonly Shape[]) =>
    (n: number): Leaf =>
    (maker) =>
      order.flatMap((kind) => maker.values(kind, Math.ceil(n / order.length), name));
  return [
    ...leaves,
    ['list mixed', RICH, mixed],
    ['list grouped', RICH, grouped(kinds)],
    ['list grouped backwards', RICH, grouped(kinds.toReversed())],
  ];
}

function mapOf(n: number, value: (at: number) => unknown): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: n }, (_, at) => [`key${at}`, value(at)]));
}

/** Long texts: of words, or of what stands in fields of the name. */
function textsOf(name: string): Leaves {
  if (/arguments|partial_json/.test(name)) {
    return [
      ['JSON members', LEAN, (n) => () => JSON.stringify(mapOf(n, (at) => at))],
      ['JSON nested', LEAN, (n) => () => nested(n, '[', ']')],
      ['cut off', LEAN, (n) => () => `{"a":"${'x} '.repeat(n)}`],
    ];
  }
  if (/signature|encrypted|^data$|id$/i.test(name)) {
    const marked = (n: number) => (): unknown =>
      markSignature({ protocol: 'anthropic-messages', model: 'claude-sonnet-4-6', value: 'q83v'.repeat(4 * n) });
    return [['marked', LEAN, marked]];
  }
  return [['text', LEAN, (n) => () => 'wörds and 🙂 '.repeat(n)]];
}

function nested(n: number, open: string, close: string): string {
  return `{"a":${open.repeat(n)}1${close.repeat(n)}}`;
}

/** What may hold anything, wide and deep; what may be a schema, in each of its keywords. */
function anythings(name: string): Leaves {
  const plain: Leaves = [
    ['wide list', LEAN, (n) => () => ({ a: Array.from({ length: n }, (_, at) => ({ at })) })],
    ['wide object', LEAN, (n) => () => mapOf(n, (at) => ({ at }))],
    ['deep lists', LEAN, (n) => () => JSON.parse(nested(Math.min(n, MOST_NESTING), '[', ']')) as unknown],
    ['deep objects', LEAN, (n) => () => JSON.parse(nested(Math.min(n, MOST_NESTING), '{"a":', '}')) as unknown],
    ['text', LEAN, (n) => () => 'words '.repeat(n)],
  ];
  return /schema|parameters/i.test(name) ? [...plain, ...SCHEMAS] : plain;
}

const word = { type: 'string', description: 'a word', minLength: 1 };
const branch = (at: number): unknown => ({
  type: 'object',
  properties: { [`key${at}`]: word },
  required: [`key${at}`],
});
const numbers = (n: number): number[] => Array.from({ length: n }, (_, at) => at);

const SCHEMAS: Leaves = [
  ...['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((key): Leaves[number] => [
    `schema ${key}`,
    LEAN,
    (n) => () => ({
      type: 'object',
      properties: { a: { [key]: numbers(n).map(branch) } },
      [key]: numbers(n).map(branch),
    }),
  ]),
  ...['properties', '$defs', 'patternProperties', 'dependentSchemas'].map((key): Leaves[number] => [
    `schema ${key}`,
    LEAN,
    (n) => () => ({ type: 'object', [key]: mapOf(n, branch), properties: mapOf(n, branch), required: ['key0'] }),
  ]),
  [
    'schema enum',
    LEAN,
    (n) => () => ({ type: 'object', properties: { a: { enum: numbers(n).map((at) => `word ${at}`) } } }),
  ],
  [
    'schema required',
    LEAN,
    (n) => () => ({ type: 'object', properties: mapOf(n, () => word), required: numbers(n).map((at) => `key${at}`) }),
  ],
  ['schema type list', LEAN, (n) => () => ({ type: numbers(n).map(() => 'string') })],
  [
    'schema references to one',
    LEAN,
    (n) => () => ({ type: 'object', properties: mapOf(n, () => ({ $ref: '#/$defs/a' })), $defs: { a: word } }),
  ],
  [
    'schema references in a chain',
    LEAN,
    (n) => () => ({
      type: 'object',
      properties: { a: { $ref: '#/$defs/key0' } },
      $defs: mapOf(n, (at) => (at + 1 < n ? { $ref: `#/$defs/key${at + 1}` } : word)),
    }),
  ],
  ...['items', 'not', 'additionalProperties'].map((key): Leaves[number] => [
    `schema nested ${key}`,
    LEAN,
    (n) => () => {
      let schema: unknown = word;
      for (let at = 0; at < Math.min(n, MOST_NESTING); at++)
        schema = { type: key === 'items' ? 'array' : 'object', [key]: schema };
      return { type: 'object', properties: { a: schema } };
    },
  ]),
];
