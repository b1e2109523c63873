import type { AnswerWork } from '../../core/answer-work.ts';
import { asArray, asString, asWord } from '../../lib/json.ts';
import { fieldsOf } from './camel-case.ts';

type Container = Record<string, unknown> | unknown[];

/** Arguments that a function declares are not nested deeper, and deeper ones could not be written. */
const MOST_STEPS = 128;

/**
 * Puts the arguments of a call together that come in pieces (`partialArgs`): values at JSON paths, texts in several
 * parts (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc).
 */
export class PartialArgs {
  /** `work` is for what is put together. */
  constructor(private readonly work: AnswerWork) {}

  readonly #args: Record<string, unknown> = Object.create(null) as Record<string, unknown>;

  push(partialArgs: unknown): void {
    for (const piece of asArray(partialArgs)) {
      const fields = fieldsOf(piece) ?? {};
      const path = stepsOf(asWord(fields['jsonPath']) ?? '');
      if (path.length === 0 || path.length > MOST_STEPS) continue;
      const value = valueOf(fields);
      this.work.keep(path.length);
      if (typeof value === 'string') this.work.keepText(value);
      this.#set(path, value);
    }
  }

  /** Adds arguments that came whole. */
  merge(args: object): void {
    Object.assign(this.#args, args);
  }

  /** The JSON text of what has come. */
  get text(): string {
    return JSON.stringify(this.#args);
  }

  #set(path: readonly (string | number)[], value: unknown): void {
    let at: Container = this.#args;
    for (const [depth, step] of path.slice(0, -1).entries()) {
      const inner = read(at, step);
      const next: Container =
        typeof inner === 'object' && inner !== null
          ? (inner as Container)
          : typeof path[depth + 1] === 'number'
            ? []
            : (Object.create(null) as Record<string, unknown>);
      if (next !== inner && !write(at, step, next)) return;
      at = next;
    }
    const last = path.at(-1) ?? '';
    const before = read(at, last);
    write(at, last, typeof before === 'string' && typeof value === 'string' ? before + value : value);
  }
}

/** Only what a container has of its own: what it inherits is shared by the whole process. */
function read(container: Container, step: string | number): unknown {
  return Object.hasOwn(container, step) ? (container as Record<string | number, unknown>)[step] : undefined;
}

/** Elements come in order; one far off the end would make a list of nothing. */
function write(container: Container, step: string | number, value: unknown): boolean {
  if (Array.isArray(container) && (typeof step !== 'number' || step > container.length)) return false;
  // An assignment to `__proto__` would change what the container inherits.
  Object.defineProperty(container, step, { value, writable: true, enumerable: true, configurable: true });
  return true;
}

function valueOf(piece: Readonly<Record<string, unknown>>): unknown {
  if (piece['nullValue'] !== undefined) return null;
  return asString(piece['stringValue']) ?? piece['numberValue'] ?? piece['boolValue'] ?? '';
}

/** `$.a.b[0]['c']` as its steps. */
function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/g)].map(
    ([, name, index, quoted, doubled]) => (index === undefined ? (name ?? quoted ?? doubled ?? '') : Number(index)),
  );
}
