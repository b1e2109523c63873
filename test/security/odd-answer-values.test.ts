// Whatever stands in a field of an answer or of an event, it is read or makes a broken answer of it; it is never a bug of
// the gateway's own. Every field of every dialect, as the official SDKs' types have them, once with each odd value.
import { expect, test } from 'bun:test';
import { parseKeepingLongNumbers } from '../../src/lib/exact-json.ts';
import { DocumentMaker } from '../kit/shape-document.ts';
import { pathText, pointsOf } from '../kit/shape-points.ts';
import { shapesOf } from '../kit/shape.ts';
import { clientsOf, decodeStream, encodeStream, MODELS, runAnswer, runStream } from './growth-runs.ts';
import { sseOf } from './growth-streams.ts';

/** JSON: the last ones no document of a type would have. */
const ODD = [
  'null',
  'true',
  '-1',
  '1e400',
  '99999999999999999999',
  '0.1',
  '""',
  '"constructor"',
  '"__proto__"',
  '"\\ud83d"',
  '[]',
  '[null]',
  '[[1]]',
  '{}',
  '{"constructor":{"length":"x"},"length":3}',
  '{"__proto__":{"type":"text"},"toJSON":1}',
];
/** Stands where an odd value will. */
const HERE = '<the odd value>';

/** A dialect's bodies, as JSON in which one field is left open. */
function openDocuments(dialect: string, body: 'answer' | 'event'): (readonly [name: string, json: string])[] {
  const shapes = shapesOf(dialect);
  return pointsOf(shapes, shapes[body]).map(({ path }) => {
    const maker = new DocumentMaker(shapes, { isRich: true, isDistinct: false });
    return [pathText(path), JSON.stringify(maker.document(shapes[body], path, () => HERE))];
  });
}

/** What is thrown, by what it was thrown for; refusals are none. */
function thrown(documents: ReturnType<typeof openDocuments>, run: (json: string) => void): string[] {
  const faults: string[] = [];
  for (const [name, json] of documents) {
    for (const odd of ODD) {
      try {
        run(json.replace(JSON.stringify(HERE), () => odd));
      } catch (error) {
        faults.push(`${name} = ${odd}: ${String(error)}`);
      }
    }
  }
  return faults;
}

test.each(Object.keys(MODELS))('answers of %s with odd values', (dialect) => {
  expect(thrown(openDocuments(dialect, 'answer'), (json) => runAnswer(dialect, json))).toEqual([]);
});

test.each(Object.keys(MODELS))('events of %s with odd values', (dialect) => {
  const shapes = shapesOf(dialect);
  // Something is under way when the odd one comes, and something follows.
  const maker = new DocumentMaker(shapes, { isRich: true, isDistinct: false });
  const others = pointsOf(shapes, shapes.event)
    .filter(({ path }) => path.length === 1)
    .map(({ path }) => maker.document(shapes.event, path, (inner, shape) => inner.value(shape)));
  const run = (json: string): void => {
    const odd = parseKeepingLongNumbers(json);
    runStream(dialect, sseOf([odd]), 64 * 1024);
    for (const events of [
      [odd, odd],
      [...others.slice(0, 8), odd, ...others.slice(8)],
    ]) {
      const said = decodeStream(dialect, events);
      for (const client of clientsOf(dialect)) encodeStream(client, said);
    }
  };
  expect(thrown(openDocuments(dialect, 'event'), run)).toEqual([]);
});
