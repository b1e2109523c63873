import type { ExchangeRecord } from '../../../core/record.ts';
import { printable } from '../../../lib/printable.ts';
import { DayLines } from './console-clock.ts';
import { generalText } from './general-text.ts';
import type { ConsoleStyle } from './markup.ts';
import type { Redactor } from '../redact.ts';
import { requestText } from './request-text.ts';
import { generalEntry, type Entry, type Level } from '../request-line.ts';

/** Takes text at once; whoever holds text back also has the other two. */
export interface ConsoleSink {
  (text: string): void;
  flush?(): Promise<void>;
  /** Asks to be told, from now on, of lines that were left out: what it returns stands where they would. */
  onLeftOut?(told: (lines: number) => string): void;
}

/** How lines look on the console: every one is JSON, or all are for people. */
export interface ConsoleSettings {
  readonly consoleFormat: 'json' | 'markdown' | 'plain';
  readonly color: boolean;
}

/** The console as a place where lines go, in one format and with one clock. */
export class LogConsole {
  readonly #days = new DayLines();

  constructor(
    private readonly sink: ConsoleSink,
    private settings: ConsoleSettings,
    private redact: Redactor,
    wallNow: () => number,
  ) {
    sink.onLeftOut?.((lines) => {
      const nowMs = wallNow();
      const entry = generalEntry('warn', nowMs, 'lines are left out here: the console is slow', { lines });
      return this.#line(this.#entryText(entry, 'warn', nowMs), nowMs);
    });
  }

  configure(settings: ConsoleSettings, redact: Redactor): void {
    this.settings = settings;
    this.redact = redact;
  }

  /** A request for people; `masked` takes the secrets out of its line. */
  request(record: ExchangeRecord, level: Level, nowMs: number, masked: (line: string) => string): void {
    const style = this.#style;
    if (style !== undefined) this.sink(this.#dated(masked(requestText(record, level, nowMs, style)), nowMs));
  }

  /** A line that is JSON, secrets masked. */
  json(line: string): void {
    this.sink(`${line}\n`);
  }

  general(entry: Entry, level: Level, nowMs: number): void {
    this.sink(this.#line(this.#entryText(entry, level, nowMs), nowMs));
  }

  async flush(): Promise<void> {
    await this.sink.flush?.();
  }

  /** Undefined where lines are JSON. */
  get #style(): ConsoleStyle | undefined {
    const { consoleFormat: format, color } = this.settings;
    return format === 'json' ? undefined : { format, color };
  }

  #entryText(entry: Entry, level: Level, nowMs: number): string {
    const style = this.#style;
    return style === undefined ? printable(JSON.stringify(entry)) : generalText(entry, level, nowMs, style);
  }

  #line(text: string, nowMs: number): string {
    return this.#dated(this.redact(text), nowMs);
  }

  #dated(text: string, nowMs: number): string {
    const day = this.settings.consoleFormat === 'json' ? undefined : this.#days.before(nowMs);
    return `${day === undefined ? '' : `${day}\n`}${text}\n`;
  }
}
