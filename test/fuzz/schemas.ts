// JSON Schemas as tools have them, and as nobody should: references in circles, combinations within combinations.
import * as fc from 'fast-check';
import type { Json } from '../kit/json.ts';
import { oddValue } from './documents.ts';

const COMBINATIONS = ['allOf', 'anyOf', 'oneOf'] as const;
const NAMES = ['a', 'b', 'c', 'd', '$ref', 'type', 'properties', 'constructor'] as const;

const reference = fc.constantFrom(
  '#',
  '#/$defs/a',
  '#/$defs/b',
  '#/$defs/c',
  '#/definitions/a',
  '#/nowhere',
  'https://example.com/s',
);

const { node } = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(
      { type: 'string' },
      { type: 'object' },
      {},
      true,
      false,
      { enum: ['a', 1, null] },
      { const: 1 },
    ),
    fc.record({ $ref: reference }),
    fc.record({
      type: fc.constantFrom('string', 'number', ['string', 'null'], 'object', 'array'),
      description: fc.string({ maxLength: 9 }),
    }),
    fc.record({ type: fc.constant('array'), items: tie('node') }),
    fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom(...NAMES), tie('node'), { maxKeys: 4 }),
      required: fc.array(fc.constantFrom(...NAMES), { maxLength: 3 }),
      additionalProperties: fc.oneof(fc.boolean(), tie('node')),
    }),
    fc
      .record({ word: fc.constantFrom(...COMBINATIONS), of: fc.array(tie('node'), { maxLength: 12 }) })
      .map(({ word, of }) => ({ type: 'object', [word]: of })),
    { weight: 1, arbitrary: oddValue },
  ),
}));

/** References many times over, each to what refers many times over. */
const ladder = fc
  .record({ steps: fc.integer({ min: 1, max: 14 }), width: fc.integer({ min: 1, max: 14 }) })
  .map(({ steps, width }) => ({
    type: 'object',
    allOf: Array.from({ length: width }, () => ({ $ref: '#/$defs/s0' })),
    $defs: Object.fromEntries(
      Array.from({ length: steps }, (_, step) => [
        `s${step}`,
        step + 1 === steps
          ? { type: 'string' }
          : {
              type: 'object',
              properties: Object.fromEntries(
                Array.from({ length: width }, (__, at) => [`p${at}`, { $ref: `#/$defs/s${step + 1}` }]),
              ),
            },
      ]),
    ),
  }));

/** A tool's parameters, or what an answer has to be. */
export const schema: fc.Arbitrary<Json> = fc.oneof(
  { weight: 1, arbitrary: ladder },
  {
    weight: 5,
    arbitrary: fc
      .record({ root: node, $defs: fc.dictionary(fc.constantFrom('a', 'b', 'c'), node, { maxKeys: 3 }) })
      .map(({ root, $defs }) =>
        root !== null && typeof root === 'object' && !Array.isArray(root) ? { ...root, $defs } : root,
      ),
  },
);
