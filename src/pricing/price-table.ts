import { namesOf } from './names.ts';
import type { Price } from './price.ts';
import { readEntry, readTable } from './table-format.ts';
import type { TableFile, TableSource } from './table-format.ts';
import builtIn from './table.json' with { type: 'text' };

/** A table of the vendors' prices: the built-in one, or a newer one. */
export class PriceTable {
  readonly #read = new Map<string, Found>();

  constructor(private readonly file: TableFile) {}

  /** The day on which it was made. */
  get date(): string {
    return this.file.date;
  }

  get sources(): readonly TableSource[] {
    return this.file.sources;
  }

  /** The vendors that have prices in it. */
  get vendors(): readonly string[] {
    return Object.keys(this.file.vendors);
  }

  /** How many models it prices. */
  get size(): number {
    return this.models().length;
  }

  /** Every entry, with the text that stands for its price. */
  models(): readonly { readonly name: string; readonly text: string }[] {
    return Object.entries(this.file.vendors).flatMap(([vendor, { models }]) =>
      Object.entries(models).map(([model, entry]) => ({ name: `${vendor}/${model}`, text: JSON.stringify(entry) })),
    );
  }

  /** What a vendor's model costs, by its own name or that of which it is a snapshot; undefined: nobody knows. */
  find(vendor: string, model: string): Found | undefined {
    const prices = this.file.vendors[vendor];
    if (prices === undefined) return undefined;
    const name = namesOf(model).find((each) => Object.hasOwn(prices.models, each));
    if (name === undefined) return undefined;
    const entry = `${vendor}/${name}`;
    const found = this.#read.get(entry) ?? { entry, periods: readEntry(prices.models[name], prices.tools, entry) };
    this.#read.set(entry, found);
    return found;
  }
}

/** An entry of the table. */
export interface Found {
  /** `openai/gpt-5` */
  readonly entry: string;
  readonly periods: readonly Price[];
}

let known: PriceTable | undefined;

/** The table inside the program. It is read when it is first asked for. */
export function builtInTable(): PriceTable {
  // The types take every import of JSON for its value; this one is its text.
  known ??= new PriceTable(readTable(builtIn as unknown as string));
  return known;
}
