// Arbitrary JSON documents of a dialect: mostly as its SDK's types have them, with something wrong here and there.
import * as fc from 'fast-check';
import type { Json } from '../kit/json.ts';
import type { DialectShapes, Shape } from '../kit/shape.ts';

/** Stands for a word that only this case knows; put in its place when the document is sent. */
export const CANARY = '\u{2}canary\u{2}';

/** No document is nested deeper by its shape; what is nested by mistake is. */
const MOST_LEVELS = 7;
/** Of a list, so many elements; of an object, every required member and about a third of the others. */
const MOST_ELEMENTS = 4;

/** The documents of one of a dialect's bodies. */
export function documentOf(shapes: DialectShapes, root: Shape): fc.Arbitrary<Json> {
  return fc.oneof(new Documents(shapes, RARELY).of(root, 0), new Documents(shapes, NEVER).of(root, 0));
}

/** How many values are right for each that is wrong. One that is all right gets further in. */
const RARELY = 40;
const NEVER = Infinity;

/** What is wrong in the middle of what is right. */
export const oddValue: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<Json>(null, true, false, 0, -1, 0.5, 1e308, '', 'null', [], {}, [[]], [null]),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Json>(2 ** 53 + 2, -(2 ** 63), '1e999', '٣', '\u{0}', '\u{feff}', '\u{d800}'),
  },
  { weight: 2, arbitrary: fc.constantFrom('constructor', '__proto__', 'toString', 'hasOwnProperty', '../..', '%2f..') },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 3000 }).map(nested) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 5000 }).map((length) => 'x'.repeat(length)) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 500 }).map((length) => Array.from({ length }, () => ({}))) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json> },
);

const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(CANARY, `Hello ${CANARY}`, 'a', 'Grüße 😀', '{"a":1}', '<think>') },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom('data:image/png;base64,AAAA', 'https://example.com/a.png', 'AAAA', '==') },
);

const number: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.7, 1e21, 2 ** 31, 2 ** 53) },
);

const name: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'type', 'properties', '$ref', 'id', '__proto__');

class Documents {
  readonly #known = new Map<string, fc.Arbitrary<Json>>();

  constructor(
    private readonly shapes: DialectShapes,
    private readonly rightToWrong: number,
  ) {}

  of(shape: Shape, level: number): fc.Arbitrary<Json> {
    if (level > MOST_LEVELS) return fc.constant(null);
    const right = this.#rightOf(shape, level);
    if (this.rightToWrong === NEVER) return right;
    return fc.oneof({ weight: this.rightToWrong, arbitrary: right }, { weight: 1, arbitrary: oddValue });
  }

  #rightOf(shape: Shape, level: number): fc.Arbitrary<Json> {
    if (typeof shape === 'string') return this.#scalarOf(shape);
    if ('enum' in shape) return fc.constantFrom<Json>(...shape.enum);
    if ('list' in shape) return fc.array(this.of(shape.list, level + 1), { maxLength: MOST_ELEMENTS });
    if ('map' in shape) return fc.dictionary(name, this.of(shape.map, level + 1), { maxKeys: MOST_ELEMENTS });
    if ('oneOf' in shape) return fc.oneof(...shape.oneOf.map((one) => this.#lazily(one, level)));
    if ('type' in shape) return this.#named(shape.type, level);
    const members = Object.entries(shape.object).map(([key, member]) => {
      const isOptional = key.endsWith('?');
      const value = this.#lazily(member, level + 1);
      return [isOptional ? key.slice(0, -1) : key, isOptional ? fc.option(value, { freq: 1, nil: ABSENT }) : value];
    });
    return fc.record(Object.fromEntries(members)).map(withoutAbsent);
  }

  #scalarOf(shape: Extract<Shape, string>): fc.Arbitrary<Json> {
    switch (shape) {
      case 'string':
        return text;
      case 'number':
        return number;
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'any':
        return oddValue;
    }
  }

  /** One arbitrary for a type at a level: a shape names its types many times over. */
  #named(type: string, level: number): fc.Arbitrary<Json> {
    const key = `${level} ${type}`;
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = this.of(this.shapes.types[type] ?? 'any', level)));
    return known;
  }

  /** Types contain themselves: what is below is made when it is asked for. */
  #lazily(shape: Shape, level: number): fc.Arbitrary<Json> {
    let made: fc.Arbitrary<Json> | undefined;
    return fc.constant(null).chain(() => (made ??= this.of(shape, level)));
  }
}

const ABSENT = Symbol('absent');

function withoutAbsent(members: Record<string, unknown>): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ABSENT));
}

function nested(depth: number): Json {
  let value: Json = {};
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
