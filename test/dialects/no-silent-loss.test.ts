// Every documented field of every dialect, out of the official SDKs' types, to every other dialect: it is carried, named
// as left out in the client's own words, refused, or a hint that has no effect on the answer. Nothing is lost in silence.
import { describe, expect, test } from 'bun:test';
import { NotCarried } from '../../src/core/not-carried.ts';
import { Refusal } from '../../src/core/refusal.ts';
import type { Protocol } from '../../src/protocols/protocol.ts';
import { protocolOf } from '../../src/protocols/registry.ts';
import { DocumentMaker } from '../kit/shape-document.ts';
import { pathText, pointsOf, resolved, type Step } from '../kit/shape-points.ts';
import { shapesOf, type DialectShapes, type Shape } from '../kit/shape.ts';

/** Models that take as much as their dialect allows. */
const MODELS: Readonly<Record<string, string>> = {
  'openai-chat': 'any-model',
  'openai-responses': 'gpt-5.6',
  'anthropic-messages': 'claude-opus-4-8',
  gemini: 'gemini-3-pro-preview',
};

interface Case {
  readonly path: string;
  /** The words by which the field, or what it is in, can be named: members on the way, and the kinds of what they are in. */
  readonly words: ReadonlySet<string>;
  readonly value: unknown;
  readonly withIt: unknown;
  readonly without: readonly unknown[];
}

/** What a place may say: two values that differ, or each word of a list. */
function valuesAt(shapes: DialectShapes, shape: Shape, name: string): unknown[] {
  const known = resolved(shapes, shape);
  if (known === 'string') return [`sentinel ${name}`];
  if (known === 'number') return [3];
  if (known === 'boolean') return [true, false];
  if (typeof known === 'object' && 'enum' in known) return [...known.enum];
  return [];
}

function casesOf(dialect: string): Case[] {
  const shapes = shapesOf(dialect);
  const maker = new DocumentMaker(shapes, { isRich: false, isDistinct: false });
  const cases: Case[] = [];
  for (const { path, shape, cycle } of pointsOf(shapes, shapes.request)) {
    const name = lastMember(path);
    if (cycle !== undefined || name === undefined) continue;
    for (const value of valuesAt(shapes, shape, name)) {
      const withIt = maker.document(shapes.request, path, () => value);
      const others = valuesAt(shapes, shape, name).filter((other) => other !== value);
      const without = [...others, undefined].map((other) => maker.document(shapes.request, path, () => other));
      cases.push({ path: pathText(path), words: wordsOf(path, withIt), value, withIt, without });
    }
  }
  return cases;
}

/** Top-level lists of what is said are in the way of everything, and name nothing. */
const SAYS_ALL = new Set(['messages', 'content', 'contents', 'parts', 'input', 'type', 'generationConfig']);

function wordsOf(path: readonly Step[], document: unknown): ReadonlySet<string> {
  const words = new Set<string>();
  let value = document as Record<string, unknown> | undefined;
  for (const step of path) {
    if (typeof step === 'object' && 'choice' in step) continue;
    for (const kind of ['type', 'role', 'name']) if (typeof value?.[kind] === 'string') words.add(value[kind]);
    const key = step === 'element' ? 0 : step === 'value' ? 'key' : 'member' in step ? step.member : '';
    if (typeof key === 'string') words.add(key);
    value = (value as Record<string | number, unknown> | undefined)?.[key] as Record<string, unknown> | undefined;
    if (typeof value !== 'object' || value === null) break;
  }
  return new Set([...words].filter((word) => !SAYS_ALL.has(word)));
}

function lastMember(path: readonly Step[]): string | undefined {
  const step = path.findLast((one) => typeof one === 'object' && 'member' in one);
  return typeof step === 'object' && 'member' in step ? step.member : undefined;
}

/** What becomes of a request: the body, what is named, or that it is refused. */
function translated(client: Protocol, upstream: Protocol, body: unknown): { body: string; dropped: string[] } | undefined {
  try {
    const conversation = client.codec.decodeRequest(JSON.parse(JSON.stringify(body)) as Record<string, unknown>, { stream: false });
    if (conversation.leftovers.some(({ weight }) => weight === 'refused')) return undefined;
    const encoded = upstream.codec.encodeRequest(conversation, { model: MODELS[upstream.name] ?? '', quirks: {} });
    const names: Readonly<Record<string, string>> = { ...client.codec.fieldNames, ...conversation.written };
    const dropped = [...conversation.leftovers.map(({ field }) => field), ...encoded.dropped.map((field) => names[field] ?? field)];
    return { body: JSON.stringify(encoded.body), dropped };
  } catch (error) {
    if (error instanceof NotCarried || error instanceof Refusal) return undefined;
    throw error;
  }
}

const NAMES = Object.keys(MODELS);

describe.each(NAMES)('%s', (name) => {
  const client = protocolOf(name);
  const cases = casesOf(name);

  test.each(NAMES.filter((other) => other !== name))('to %s', (other) => {
    const upstream = protocolOf(other);
    const silent = new Set<string>();
    for (const { path, words, value, withIt, without } of cases) {
      const told = translated(client, upstream, withIt);
      if (told === undefined) continue;
      if (told.dropped.some((name) => name.split(/[^\w-]+/).some((word) => words.has(word)))) continue;
      const differs = without.some((body) => {
        const plain = translated(client, upstream, body);
        return plain === undefined || plain.body !== told.body || plain.dropped.join() !== told.dropped.join();
      });
      if (!differs) silent.add(`${path} = ${JSON.stringify(value)}`);
    }
    expect([...silent]).toEqual([]);
  });
});
