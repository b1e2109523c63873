import { memberOf, type DialectShapes, type Shape } from './shape.ts';
import { resolved, type Step } from './shape-points.ts';

/** How documents are filled. */
export interface Filling {
  /** With the members that may be left out, down to some depth; else without. */
  readonly isRich: boolean;
  /** The names and ids of the `i`th of many; the same for all, or each its own. */
  readonly isDistinct: boolean;
}

/** What stands at the place that a path leads to. */
export type Leaf = (maker: DocumentMaker, shape: Shape) => unknown;

const RICH_DEPTH = 3;
const MOST_DEPTH = 12;

/** Makes documents of one dialect: valid ones, as far as types can tell. */
export class DocumentMaker {
  /** The number of the element that is being made. */
  #number = 0;

  constructor(
    readonly shapes: DialectShapes,
    private readonly filling: Filling,
  ) {}

  /** A body in which `leaf` stands where `path` leads; everything else is as small as it can be. */
  document(root: Shape, path: readonly Step[], leaf: Leaf): unknown {
    return this.#along(root, path, leaf);
  }

  /** A value of a shape. */
  value(shape: Shape, name = ''): unknown {
    return this.#value(shape, { name, depth: 0 });
  }

  /** `count` values of a shape, each the next of its kind. */
  values(shape: Shape, count: number, name = ''): unknown[] {
    return Array.from({ length: count }, (_, number) => this.numbered(number, () => this.value(shape, name)));
  }

  /** What `make` makes, as the `number`th. */
  numbered<T>(number: number, make: () => T): T {
    const before = this.#number;
    this.#number = number;
    const made = make();
    this.#number = before;
    return made;
  }

  #along(shape: Shape, [step, ...rest]: readonly Step[], leaf: Leaf): unknown {
    if (step === undefined) return leaf(this, shape);
    const known = resolved(this.shapes, shape);
    if (typeof known !== 'object' || 'enum' in known) throw new Error('the path leads into a scalar');
    if ('list' in known) return [this.#along(known.list, rest, leaf)];
    if ('map' in known) return { key: this.#along(known.map, rest, leaf) };
    if ('oneOf' in known) {
      const chosen = typeof step === 'object' && 'choice' in step ? known.oneOf[step.choice] : undefined;
      return chosen === undefined ? null : this.#along(chosen, rest, leaf);
    }
    const target = typeof step === 'object' && 'member' in step ? step.member : '';
    const made: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(known.object)) {
      const { name, isOptional } = memberOf(key);
      if (name === target) made[name] = this.#along(inner, rest, leaf);
      else if (!isOptional || name === 'name') made[name] = this.#value(inner, { name, depth: MOST_DEPTH - 4 });
    }
    return made;
  }

  #value(shape: Shape, at: { readonly name: string; readonly depth: number }): unknown {
    const known = resolved(this.shapes, shape);
    if (known === 'string') return this.#text(at.name);
    if (known === 'number') return at.name.endsWith('index') ? this.#index() : 1;
    if (known === 'boolean') return false;
    if (known === 'null') return null;
    if (known === 'any') return anything(at.name);
    if ('enum' in known) return known.enum[0];
    if (at.depth >= MOST_DEPTH) return 'list' in known ? [] : {};
    const inner = { name: at.name, depth: at.depth + 1 };
    if ('list' in known) return [this.#value(known.list, inner)];
    if ('map' in known) return { [`key${this.#index()}`]: this.#value(known.map, inner) };
    if ('oneOf' in known) {
      // What ends a stream is not in its every event.
      if (at.name === 'finish_reason' && known.oneOf.includes('null')) return null;
      const some = known.oneOf.find((choice) => choice !== 'null') ?? 'null';
      return this.#value(some, inner);
    }
    return this.#object(known.object, at.depth);
  }

  #object(members: Readonly<Record<string, Shape>>, depth: number): unknown {
    const made: Record<string, unknown> = {};
    for (const [key, shape] of Object.entries(members)) {
      const { name, isOptional } = memberOf(key);
      if (isOptional && name !== 'name' && !(this.filling.isRich && depth < RICH_DEPTH && !AT_ODDS.has(name))) continue;
      made[name] = this.#value(shape, { name, depth: depth + 1 });
    }
    return made;
  }

  #index(): number {
    return this.filling.isDistinct ? this.#number : 0;
  }

  #text(name: string): string {
    const known = TEXTS[name];
    if (known !== undefined) return known;
    return `${/id$/i.test(name) ? 'id' : name}_${this.#index()}`;
  }
}

/** Members that only their own provider could make sense of, or that stand for others beside them. */
const AT_ODDS = new Set([
  'audio',
  'file_id',
  'file_data',
  'fileData',
  'inlineData',
  'function_call',
  'encrypted_content',
]);

/** What clients and providers look at: words of no kind would be refused, or not looked at. */
const TEXTS: Readonly<Record<string, string | undefined>> = {
  url: 'https://example.com/a.png',
  uri: 'https://example.com/a.png',
  fileUri: 'https://example.com/a.png',
  image_url: 'https://example.com/a.png',
  file_url: 'https://example.com/a.pdf',
  file_data: 'data:application/pdf;base64,JVBERi0xLjQ=',
  data: 'iVBORw0KGgo=',
  imageBytes: 'iVBORw0KGgo=',
  media_type: 'image/png',
  mimeType: 'image/png',
  arguments: '{"city":"Bonn"}',
  partial_json: '{"city":"Bonn"}',
  jsonPath: '$.city',
  role: 'user',
  protocol: 'gemini',
};

function anything(name: string): unknown {
  return /schema|parameters/i.test(name)
    ? { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    : { city: 'Bonn' };
}
