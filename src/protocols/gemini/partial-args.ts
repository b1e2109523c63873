import type { AnswerWork } from '../../core/answer-work.ts';
import { asArray, asString, asWord } from '../../lib/json.ts';
import { fieldsOf } from './camel-case.ts';

type Container = Record<string, unknown> | unknown[];

/** Declared arguments are never nested deeper, and deeper ones could not be written. */
const MOST_STEPS = 128;

/**
 * Builds the arguments of a call from pieces (`partialArgs`): values at JSON paths, and texts in several parts
 * (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc).
 */
export class PartialArgs {
  /** `work` limits the result. */
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

  /** Adds arguments that came as a whole. */
  merge(args: object): void {
    Object.assign(this.#args, args);
  }

  /** The JSON text so far. */
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

/** Own members only: the whole process shares what a container inherits. */
function read(container: Container, step: string | number): unknown {
  return Object.hasOwn(container, step) ? (container as Record<string | number, unknown>)[step] : undefined;
}

/** Elements come in order. A far index would create a list of holes. */
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

/** The steps of `$.a.b[0]['c']`. */
function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/g)].map(
    ([, name, index, quoted, doubled]) => (index === undefined ? (name ?? quoted ?? doubled ?? '') : Number(index)),
  );
}
