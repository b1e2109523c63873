import { featureName, setting, type Feature } from '../../src/core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../src/core/unsupported-feature-error.ts';
import type { Conversation, SettingName } from '../../src/core/conversation.ts';
import { Refusal } from '../../src/core/refusal.ts';
import type { Protocol } from '../../src/protocols/protocol.ts';
import type { Json } from './json.ts';
import { DocumentMaker } from './shape-document.ts';
import { pointsOf, resolved, type Step } from './shape-points.ts';
import { shapesOf, type DialectShapes, type Shape } from './shape.ts';

/** One thing that a request can say, and requests that differ from it in nothing else. */
export interface Saying {
  /** Where it stands, by the kinds of what is on the way: `messages[user].content[image_url].image_url.detail`. */
  readonly path: string;
  readonly value: unknown;
  readonly body: Json;
  /** The same request without it, and with other values there. */
  readonly absent: Json;
  readonly others: readonly Json[];
  /** The words by which it, or what it is in, can be named. */
  readonly words: ReadonlySet<string>;
}

/** What a saying comes to behind a target. `unproven`: the request is refused whatever it says there. */
export type Fate = 'carried' | 'named' | 'refused' | 'silent' | 'unproven' | 'unsteady';

/** Every saying of a dialect's requests, or answers. `beside` puts what a field needs beside it into a body. */
export function sayingsOf(
  dialect: string,
  beside: (body: Json, path: string) => Json,
  kind: 'request' | 'answer' = 'request',
): Saying[] {
  const shapes = shapesOf(dialect);
  const maker = new DocumentMaker(shapes, { isRich: false, isDistinct: false });
  const sayings: Saying[] = [];
  for (const { path, shape, cycle } of pointsOf(shapes, shapes[kind])) {
    const name = lastMember(path);
    if (cycle !== undefined || name === undefined || isMember(shapes, path, shape)) continue;
    const values = valuesAt(shapes, shape, name);
    const bodyWith = (value: unknown) => maker.document(shapes[kind], path, () => value) as Json;
    for (const value of values) {
      const plain = bodyWith(value);
      const label = labelOf(path, plain);
      const others = values.filter((other) => other !== value);
      sayings.push({
        path: label,
        value,
        body: beside(plain, label),
        absent: beside(bodyWith(undefined), label),
        others: others.map((other) => beside(bodyWith(other), label)),
        words: wordsOf(label),
      });
    }
  }
  return sayings;
}

/** What a place may say: two values that differ, or each word of a list. */
function valuesAt(shapes: DialectShapes, shape: Shape, name: string): unknown[] {
  const known = resolved(shapes, shape);
  if (known === 'string') return TEXTS[name] ?? [`sentinel ${name}`, 'other words'];
  if (known === 'number') return [3, 0];
  if (known === 'boolean') return [true, false];
  if (known === 'any' || isOpen(shapes, known)) return anythings(name);
  if (typeof known === 'object' && 'enum' in known) return [...known.enum];
  return [];
}

/** A map of anything. */
function isOpen(shapes: DialectShapes, shape: Shape): boolean {
  return typeof shape === 'object' && 'map' in shape && resolved(shapes, shape.map) === 'any';
}

/** A member of such a map, which is said as a whole. */
function isMember(shapes: DialectShapes, path: readonly Step[], shape: Shape): boolean {
  return path.at(-1) === 'value' && resolved(shapes, shape) === 'any';
}

function anythings(name: string): unknown[] {
  const words = name === 'tools' ? ['look', 'search'] : ['sentinel', 'other'];
  if (name === 'tools') return words.map((word) => ({ type: 'function', name: word, function: { name: word } }));
  if (!/schema|parameters/i.test(name)) return words.map((word) => ({ [word]: name }));
  return words.map((word) => ({ type: 'object', properties: { [word]: { type: 'string' } }, required: [word] }));
}

/** Words of no kind would be refused where these stand. */
const TEXTS: Readonly<Record<string, unknown[] | undefined>> = {
  url: ['https://example.com/sentinel.png', 'https://example.com/other.png'],
  image_url: ['https://example.com/sentinel.png', 'https://example.com/other.png'],
  file_url: ['https://example.com/sentinel.pdf', 'https://example.com/other.pdf'],
  fileUri: ['https://example.com/sentinel.png', 'https://example.com/other.png'],
  file_data: ['data:application/pdf;base64,JVBERi0xLjQ=', 'data:application/pdf;base64,JVBERi0xLjU='],
  data: ['iVBORw0KGgo=', 'iVBORw0KGgp='],
  mimeType: ['image/png', 'image/webp'],
  jsonPath: ['$.city', '$.place'],
  arguments: ['{"city":"Bonn"}', '{"city":"Köln"}'],
  responseMimeType: ['application/json', 'text/x.enum'],
  role: ['user', 'model'],
};

/** What is on the way of everything, and names nothing. */
const SAYS_ALL = new Set(['messages', 'content', 'contents', 'parts', 'input', 'type', 'generationConfig', '']);

function wordsOf(label: string): ReadonlySet<string> {
  const words = label.replaceAll(ROLES, '').split(/[^\w-]+/);
  return new Set(words.filter((word) => !SAYS_ALL.has(word)));
}

const ROLES = /[[(](?:user|model|assistant|system|developer|tool|function|text|object)[\])]/g;

function labelOf(path: readonly Step[], body: unknown): string {
  let label = '';
  let value: Json = body;
  for (const step of path) {
    if (typeof step === 'object' && 'choice' in step) continue;
    const key = step === 'element' ? 0 : step === 'value' ? 'key' : 'member' in step ? step.member : '';
    value = value?.[key];
    const kind = typeof value === 'object' && value !== null ? String(value['type'] ?? value['role'] ?? '') : '';
    if (step === 'element') label += `[${kind}]`;
    else if (step === 'value') label += '{}';
    else label += `${label === '' ? '' : '.'}${key}${kind === '' ? '' : `(${kind})`}`;
  }
  return label;
}

function lastMember(path: readonly Step[]): string | undefined {
  const step = path.findLast((one) => typeof one === 'object' && 'member' in one);
  return typeof step === 'object' && 'member' in step ? step.member : undefined;
}

/** Reads and writes requests on their way from one dialect to another, as the gateway does. */
export class Translator {
  readonly #read = new Map<Json, Conversation | string>();

  constructor(
    private readonly client: Protocol,
    private readonly stream: boolean,
  ) {}

  /** What becomes of what is said. */
  fateOf({ body, absent, others, words }: Saying, upstream: Protocol, model: string): Fate {
    const told = this.#translated(body, upstream, model);
    const without = this.#translated(absent, upstream, model);
    const isTold = (other: Json): boolean => typeof this.#translated(other, upstream, model) !== 'string';
    if (typeof told === 'string') {
      return mentions(told, words) || typeof without !== 'string' || others.some(isTold) ? 'refused' : 'unproven';
    }
    if (told.dropped.some((name) => mentions(name, words))) return 'named';
    const again = this.#translated(body, upstream, model);
    if (typeof again === 'string' || again.body !== told.body) return 'unsteady';
    if (typeof without !== 'string') return without.body === told.body ? 'silent' : 'carried';
    // It cannot be left out: then it is told from others.
    const differs = others.some((other) => {
      const rest = this.#translated(other, upstream, model);
      return typeof rest === 'string' || rest.body !== told.body;
    });
    return differs ? 'carried' : 'silent';
  }

  /** The request for the backend and what it names as left out; or the field for which it is refused, and why. */
  #translated(body: Json, upstream: Protocol, model: string): { body: string; dropped: readonly string[] } | string {
    let conversation = this.#read.get(body);
    if (conversation === undefined) {
      conversation = orRefusal(() => this.#decoded(body));
      this.#read.set(body, conversation);
    }
    if (typeof conversation === 'string') return conversation;
    const { written, unsupported } = conversation;
    const encoded = orRefusal(() => upstream.codec.encodeRequest(conversation, { model, quirks: {} }));
    if (typeof encoded === 'string') return encoded;
    const names = { ...this.client.codec.fieldNames, ...written };
    return {
      // Ids of calls that have none are made up.
      body: JSON.stringify(encoded.body).replaceAll(/\bcall_[0-9a-f]{24}\b/g, 'call_made_up'),
      dropped: [...unsupported, ...encoded.unsupported].map(({ feature }) => nameOf(feature, names)),
    };
  }

  #decoded(body: Json): Conversation {
    const copy = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
    const conversation = this.client.codec.decodeRequest(copy, { stream: this.stream });
    for (const each of conversation.unsupported) if (each.type === 'required') throw new UnsupportedFeatureError(each);
    return conversation;
  }
}

/** Without the word for what of a setting is not enforced, which another field may have in its path. */
function nameOf(feature: Feature, names: Readonly<Partial<Record<SettingName, string>>>): string {
  return featureName(feature.kind === 'setting' ? setting(feature.name) : feature, names);
}

function mentions(text: string, words: ReadonlySet<string>): boolean {
  return text.split(/[^\w-]+/).some((word) => words.has(word));
}

function orRefusal<T>(make: () => T): T | string {
  try {
    return make();
  } catch (error) {
    if (error instanceof UnsupportedFeatureError) return `${error.field} ${error.details}`;
    if (error instanceof Refusal) return `${error.message} ${error.details.param ?? ''}`;
    throw error;
  }
}
