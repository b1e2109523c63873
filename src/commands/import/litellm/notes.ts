/** How a setting was taken over. */
export type Taken = 'exactly' | 'nearly' | 'not';

interface Note {
  readonly taken: Taken;
  /** Where the setting stands in the file. */
  readonly from: string;
  readonly text: string;
}

const TITLES: Readonly<Record<Taken, string>> = {
  exactly: 'Taken exactly:',
  nearly: 'Taken nearly, with what differs:',
  not: 'Not taken, with what to do instead:',
};

/** What was taken of a config, and how; no value of the file is in it, for it may be a secret. */
export class Notes {
  readonly #notes: Note[] = [];

  /** `to`: where it stands now. */
  exactly(from: string, to: string): void {
    this.#add('exactly', from, to);
  }

  nearly(from: string, text: string): void {
    this.#add('nearly', from, text);
  }

  not(from: string, text: string): void {
    this.#add('not', from, text);
  }

  /** Those of one kind, for tests and sums: `from: text`. */
  of(taken: Taken): string[] {
    return this.#notes.filter((note) => note.taken === taken).map(({ from, text }) => `${from}: ${text}`);
  }

  /** All of it, a line each. */
  lines(): string[] {
    return (Object.keys(TITLES) as Taken[]).flatMap((taken) => {
      const own = this.of(taken);
      return own.length === 0 ? [] : [TITLES[taken], ...own.map((line) => `  ${line}`)];
    });
  }

  summary(): string {
    const [exactly, nearly, not] = (Object.keys(TITLES) as Taken[]).map((taken) => this.of(taken).length);
    return `${exactly} settings taken exactly, ${nearly} nearly, ${not} not`;
  }

  #add(taken: Taken, from: string, text: string): void {
    if (this.#notes.some((note) => note.taken === taken && note.from === from && note.text === text)) return;
    this.#notes.push({ taken, from, text });
  }
}
