import ts from 'typescript';
import type { Shape } from '../test/kit/shape.ts';

/** Members by which the types of a union are told apart, most telling first. */
const DISCRIMINATORS = ['type', 'role', 'object'];

/** So many words that an open enumeration may name are worth keeping. */
const MOST_EXAMPLES = 20;

/** Turns TypeScript's types into shapes. Named types are described once, so that a type may contain itself. */
export class ShapeWalker {
  /** The named types met so far. */
  readonly types = new Map<string, Shape>();
  readonly #names = new Map<ts.Type, string>();

  constructor(private readonly checker: ts.TypeChecker) {}

  /** The shape of a type; those of the named types in it go into `types`. */
  shapeOf(type: ts.Type): Shape {
    const literal = this.#scalarOf(type);
    if (literal !== undefined) return literal;
    if (type.isUnion()) return this.#unionOf(type.types);
    if (type.isIntersection() && type.types.some((each) => (each.flags & ts.TypeFlags.String) !== 0)) return 'string';
    if ((type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0) return 'any';
    return this.#objectOf(type);
  }

  #scalarOf(type: ts.Type): Shape | undefined {
    if (type.isStringLiteral() || type.isNumberLiteral()) return { enum: [type.value] };
    const { flags } = type;
    if (flags & ts.TypeFlags.BooleanLiteral) return { enum: [this.checker.typeToString(type) === 'true'] };
    if (flags & ts.TypeFlags.StringLike && !type.isUnion()) return 'string';
    if (flags & ts.TypeFlags.NumberLike && !type.isUnion()) return 'number';
    if (flags & ts.TypeFlags.Boolean) return 'boolean';
    if (flags & ts.TypeFlags.Null) return 'null';
    return undefined;
  }

  /** `null` among the others says that the member may be null; `undefined`, that it may be left out, is the member's. */
  #unionOf(types: readonly ts.Type[]): Shape {
    const shapes: Shape[] = [];
    const words: (string | number | boolean)[] = [];
    for (const type of types) {
      if ((type.flags & ts.TypeFlags.Undefined) !== 0) continue;
      const shape = this.shapeOf(type);
      if (typeof shape === 'object' && 'enum' in shape) words.push(...shape.enum);
      else if (!shapes.includes(shape)) shapes.push(shape);
    }
    if (words.includes(true) && words.includes(false)) {
      shapes.push('boolean');
      words.splice(0, words.length, ...words.filter((word) => typeof word !== 'boolean'));
    }
    // A hundred names of models are only examples of a word.
    if (words.length > 0 && !(shapes.includes('string') && words.length > MOST_EXAMPLES))
      shapes.unshift({ enum: words });
    const [only] = shapes;
    if (only !== undefined && shapes.length === 1) return only;
    const by = DISCRIMINATORS.find((name) => types.filter(isObject).every((type) => this.#tellsBy(type, name)));
    return { oneOf: shapes, ...(by !== undefined && types.some(isObject) ? { by } : {}) };
  }

  #tellsBy(type: ts.Type, name: string): boolean {
    const member = type.getProperty(name);
    return member !== undefined && isLiteral(this.checker.getTypeOfSymbol(member));
  }

  #objectOf(type: ts.Type): Shape {
    if (this.checker.isArrayType(type) || this.checker.isTupleType(type)) {
      const [element] = this.checker.getTypeArguments(type as ts.TypeReference);
      return { list: element === undefined ? 'any' : this.shapeOf(element) };
    }
    if (type.getCallSignatures().length > 0 || isOfTheRuntime(type)) return 'any';
    const name = this.#nameOf(type);
    if (name === undefined) return this.#membersOf(type);
    if (!this.types.has(name)) {
      // Known before it is described: it may contain itself.
      this.types.set(name, 'any');
      this.types.set(name, this.#membersOf(type));
    }
    return { type: name };
  }

  #membersOf(type: ts.Type): Shape {
    const members = type.getProperties().filter((member) => (member.flags & ts.SymbolFlags.Method) === 0);
    const index = type.getStringIndexType();
    if (members.length === 0) return index === undefined ? 'any' : { map: this.shapeOf(index) };
    return {
      object: Object.fromEntries(
        members.map((member) => {
          const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0;
          return [isOptional ? `${member.name}?` : member.name, this.shapeOf(this.checker.getTypeOfSymbol(member))];
        }),
      ),
    };
  }

  /** The name of an interface or a class; types that are made up where they stand have none. */
  #nameOf(type: ts.Type): string | undefined {
    const known = this.#names.get(type);
    const symbol = type.getSymbol();
    if (known !== undefined || symbol === undefined) return known;
    if ((symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) === 0) return undefined;
    // Without the file in front: `"/…/completions".ChatCompletion.Choice`.
    const qualified = this.checker.getFullyQualifiedName(symbol).replace(/^".*"\./, '');
    const taken = [...this.#names.values()].filter((name) => name.replace(/#\d+$/, '') === qualified).length;
    const name = taken === 0 ? qualified : `${qualified}#${taken + 1}`;
    this.#names.set(type, name);
    return name;
  }
}

function isObject(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
}

function isLiteral(type: ts.Type): boolean {
  return type.isUnion()
    ? type.types.every((each) => isLiteral(each) || (each.flags & ts.TypeFlags.Undefined) !== 0)
    : type.isStringLiteral();
}

/** `Date`, `Uint8Array`, `AbortSignal`: nothing of JSON. What `Record` and `Omit` make has no name of its own. */
function isOfTheRuntime(type: ts.Type): boolean {
  const symbol = type.getSymbol();
  const file = symbol?.declarations?.[0]?.getSourceFile();
  return symbol?.name !== '__type' && file !== undefined && /\/lib\.[\w.]+\.d\.ts$/.test(file.fileName);
}
