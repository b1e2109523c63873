import { memberOf, type DialectShapes, type Shape } from './shape.ts';

/** One step into a document: to a member, to one of several shapes, to an element of a list or of a map. */
export type Step = { readonly member: string } | { readonly choice: number } | 'element' | 'value';

/** A place in a dialect's documents. */
export interface Point {
  readonly path: readonly Step[];
  readonly shape: Shape;
  /** The steps by which the type of this place contains itself. */
  readonly cycle?: readonly Step[];
}

/** Members that take less than their type says, so that the type is better entered elsewhere: text alone, here. */
const ENTERED_LATE = new Set(['systemInstruction']);
const LATE_ROWS = 4;

/**
 * Every place of a body where a shape stands, each named type entered once, on the shortest way to it; and each type that
 * contains itself with the way back to it.
 */
export function pointsOf(shapes: DialectShapes, root: Shape): Point[] {
  const points: Point[] = [];
  const entered = new Set<string>();
  const rows: Point[][] = [[{ path: [], shape: root }]];
  for (let at = 0; at < rows.length; at++) {
    for (const point of rows[at] ?? []) {
      const { path, shape } = point;
      points.push(point);
      if (typeof shape === 'object' && 'type' in shape) {
        if (entered.has(shape.type)) continue;
        entered.add(shape.type);
        const cycle = wayBack(shapes, shape.type);
        if (cycle !== undefined) points.push({ path, shape, cycle });
      }
      for (const { step, inner } of stepsFrom(shapes, shape)) {
        const isLate = typeof step === 'object' && 'member' in step && ENTERED_LATE.has(step.member);
        (rows[at + (isLate ? LATE_ROWS : 1)] ??= []).push({ path: [...path, step], shape: inner });
      }
    }
  }
  return points;
}

/** A path in words: `messages[].content(1)[].text`. */
export function pathText(path: readonly Step[]): string {
  return path
    .map((step) => {
      if (step === 'element') return '[]';
      if (step === 'value') return '{}';
      return 'member' in step ? `.${step.member}` : `(${step.choice})`;
    })
    .join('')
    .replace(/^\./, '');
}

/** A shape with its name looked up. */
export function resolved(shapes: DialectShapes, shape: Shape): Exclude<Shape, { readonly type: string }> {
  if (typeof shape !== 'object' || !('type' in shape)) return shape;
  const named = shapes.types[shape.type];
  if (named === undefined) throw new Error(`there is no type ${shape.type}`);
  return resolved(shapes, named);
}

/** The steps that lead further into a shape. */
function stepsFrom(shapes: DialectShapes, shape: Shape): { readonly step: Step; readonly inner: Shape }[] {
  const known = resolved(shapes, shape);
  if (typeof known !== 'object' || 'enum' in known) return [];
  if ('list' in known) return [{ step: 'element', inner: known.list }];
  if ('map' in known) return [{ step: 'value', inner: known.map }];
  if ('oneOf' in known) return known.oneOf.map((inner, choice) => ({ step: { choice }, inner }));
  return Object.entries(known.object).map(([key, inner]) => ({ step: { member: memberOf(key).name }, inner }));
}

/** The shortest steps from a type to a place of the same type; undefined if it does not contain itself. */
function wayBack(shapes: DialectShapes, type: string): readonly Step[] | undefined {
  const entered = new Set<string>();
  let row: { path: Step[]; shape: Shape }[] = [{ path: [], shape: { type } }];
  while (row.length > 0) {
    const next: typeof row = [];
    for (const { path, shape } of row) {
      if (typeof shape === 'object' && 'type' in shape) {
        if (shape.type === type && path.length > 0) return path;
        if (entered.has(shape.type)) continue;
        entered.add(shape.type);
      }
      for (const { step, inner } of stepsFrom(shapes, shape)) next.push({ path: [...path, step], shape: inner });
    }
    row = next;
  }
  return undefined;
}
