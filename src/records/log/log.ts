import type { ExchangeRecord } from '../../core/record.ts';
import type { Clock } from '../../lib/clock.ts';
import { printable } from '../../lib/printable.ts';
import type { LogFile } from './files/files.ts';
import { LogConsole, type ConsoleSettings, type ConsoleSink } from './console/log-console.ts';
import { LogFiles } from './files/log-files.ts';
import { logfmt } from './logfmt.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { RequestWriter } from './request-json.ts';
import { generalEntry, requestEntry, requestLevel, type Entry, type Level } from './request-line.ts';

export type { Level };

/** Everything about logging that a config decides. */
export interface LogSettings extends ConsoleSettings {
  /** The least grave general line that files take; request lines are in them whatever it is. */
  readonly level: Level;
  /** The least grave line that the console takes, request lines included. */
  readonly consoleLevel: Level;
  /** The directory of the log files; undefined for none. */
  readonly baseDir: string | undefined;
  /** `requests/` and `errors/` by date beside `general.log`, which otherwise takes everything. */
  readonly separateFiles: boolean;
  readonly maskSensitive: boolean;
  /** 0 for files of any size. */
  readonly maxFileBytes: number;
  /** 0 to keep files for ever. */
  readonly maxAgeDays: number;
  /** What all files may take together; 0 for any amount. */
  readonly maxTotalBytes: number;
  readonly format: 'json' | 'text';
  /** Configured keys, masked wherever they turn up; see `createRedactor` for how short is too short. */
  readonly secrets: readonly string[];
}

/**
 * What a general line tells besides its message: flat and JSON-able. An Error is written as `{name, message, stack}`, a
 * Date as ISO 8601 in UTC, on a console for people in its own clock. `log-lines.ts` lists all messages and their fields.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where lines go. Nothing here throws, blocks or waits for a disk. */
export interface Log {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  error(msg: string, fields?: LogFields): void;
  /** The text with everything masked that would be masked in a line. */
  mask(text: string): string;
  /** Writes the one line of a finished exchange. */
  request(record: ExchangeRecord): void;
  /** Takes new settings; lines given before are written where the old ones said. */
  configure(settings: LogSettings): void;
  /** Lines that were lost since the start, each file's counted. */
  readonly droppedLines: number;
  /** Whether a debug line would go anywhere: ask before building a dear one. */
  readonly debugEnabled: boolean;
  /** Resolves when every line given so far is written or lost, on the console too. */
  flush(): Promise<void>;
  /** Flushes and lets go of the files; later lines go to the console only. */
  close(): Promise<void>;
}

/** What a log stands on. `console` gets whole lines with their ends; `stderrWriter()` is the one to give it. */
export interface LogIo {
  readonly clock: Clock;
  readonly console: ConsoleSink;
}

/** Makes a log that is ready for lines. */
export function createLog(settings: LogSettings, io: LogIo): Log {
  return new FileLog(settings, io);
}

const RANK: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

const NO_FILES: LogFiles['current'] = {};

class FileLog implements Log {
  readonly #clock: Clock;
  readonly #console: LogConsole;
  #settings: LogSettings;
  #redact: Redactor;
  #writer: RequestWriter;
  readonly #files: LogFiles;
  #closed = false;
  #dropped = 0;
  /** Files whose last batch was lost. While there is any, that has been said and is not said again. */
  #failing = new Set<LogFile>();
  /** It was said that lines are lost, and not yet that they are written again. */
  #isInTrouble = false;
  #droppedBeforeTrouble = 0;

  constructor(settings: LogSettings, io: LogIo) {
    this.#settings = settings;
    this.#redact = redactorOf(settings);
    this.#writer = new RequestWriter(this.#redact.isClean);
    this.#clock = io.clock;
    this.#console = new LogConsole(io.console, settings, this.#redact, () => io.clock.wallNow());
    this.#files = new LogFiles(io.clock, { lost: this.#onLost, written: this.#onWritten, retired: this.#onRetired });
    this.#files.use(settings);
  }

  get droppedLines(): number {
    return this.#dropped;
  }

  get debugEnabled(): boolean {
    const { level, consoleLevel, baseDir } = this.#settings;
    return consoleLevel === 'debug' || (level === 'debug' && baseDir !== undefined);
  }

  debug(msg: string, fields?: LogFields): void {
    this.#general('debug', msg, fields);
  }

  info(msg: string, fields?: LogFields): void {
    this.#general('info', msg, fields);
  }

  warn(msg: string, fields?: LogFields): void {
    this.#general('warn', msg, fields);
  }

  error(msg: string, fields?: LogFields): void {
    this.#general('error', msg, fields);
  }

  mask(text: string): string {
    return this.#redact(text);
  }

  request(record: ExchangeRecord): void {
    const level = requestLevel(record);
    // Files take all requests, whatever their level is, but for those that are no news.
    const { general, requests, errors } =
      level === 'debug' && this.#settings.level !== 'debug' ? NO_FILES : this.#files.current;
    const onConsole = this.#showsOnConsole(level);
    if (general === undefined && !onConsole) return;
    try {
      const nowMs = this.#clock.wallNow();
      const isJson = this.#settings.format === 'json';
      const masked = this.#writer.holdsNoSecret(record) ? asItIs : this.#redact.mask;
      let line: string | undefined;
      if (general !== undefined) {
        line = isJson
          ? masked(this.#writer.json(record, level, nowMs))
          : this.#fileLine(requestEntry(record, level, nowMs));
        (requests ?? general).append(line, nowMs);
        if (record.status >= 400 || record.interrupted) errors?.append(line, nowMs);
      }
      if (!onConsole) return;
      if (this.#settings.consoleFormat !== 'json') this.#console.request(record, level, nowMs, masked);
      else this.#console.json((isJson ? line : undefined) ?? masked(this.#writer.json(record, level, nowMs)));
    } catch {
      this.#dropped++;
    }
  }

  configure(settings: LogSettings): void {
    if (this.#closed) return;
    this.#redact = redactorOf(settings);
    this.#writer = new RequestWriter(this.#redact.isClean);
    this.#console.configure(settings, this.#redact);
    this.#files.use(settings);
    this.#settings = settings;
  }

  async flush(): Promise<void> {
    await this.#files.flush();
    await this.#console.flush();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#files.use(undefined);
    await this.flush();
  }

  #general(level: Level, msg: string, fields: LogFields | undefined): void {
    const inFiles = RANK[level] >= RANK[this.#settings.level];
    this.#write(level, msg, fields, { inFiles, onConsole: this.#showsOnConsole(level) });
  }

  #write(level: Level, msg: string, fields: LogFields | undefined, { inFiles, onConsole }: Places): void {
    const { general, errors } = this.#files.current;
    const toFile = inFiles ? general : undefined;
    if (toFile === undefined && !onConsole) return;
    try {
      const nowMs = this.#clock.wallNow();
      const entry = generalEntry(level, nowMs, msg, fields);
      if (toFile !== undefined) {
        const line = this.#fileLine(entry);
        toFile.append(line, nowMs);
        if (level === 'error') errors?.append(line, nowMs);
      }
      if (onConsole) this.#console.general(entry, level, nowMs);
    } catch {
      // A field is no data (a cycle, a throwing getter). The message must not be lost for it.
      if (fields === undefined) this.#dropped++;
      else this.#write(level, msg, undefined, { inFiles, onConsole });
    }
  }

  #showsOnConsole(level: Level): boolean {
    return RANK[level] >= RANK[this.#settings.consoleLevel];
  }

  #fileLine(entry: Entry): string {
    return this.#redact(this.#settings.format === 'json' ? printable(JSON.stringify(entry)) : logfmt(entry));
  }

  #onLost = (file: LogFile, lines: number, reason: unknown): void => {
    const first = this.#failing.size === 0;
    this.#failing.add(file);
    if (!this.#isInTrouble) this.#droppedBeforeTrouble = this.#dropped;
    this.#isInTrouble = true;
    if (first) {
      const why = reason === undefined ? 'the disk is too slow' : reasonText(reason);
      const fields = { dir: file.place.dir };
      this.#write('error', `log files cannot be written, lines are being dropped: ${why}`, fields, CONSOLE);
    }
    this.#dropped += lines;
  };

  #onWritten = (file: LogFile): void => {
    this.#failing.delete(file);
    if (!this.#isInTrouble || this.#failing.size > 0) return;
    this.#isInTrouble = false;
    const fields = { lost_lines: this.#dropped - this.#droppedBeforeTrouble };
    this.#write('warn', 'log files are written again', fields, EVERYWHERE);
  };

  /** What comes of it no more is no sign that others can be written. */
  #onRetired = (file: LogFile): void => {
    this.#failing.delete(file);
  };
}

/** Where a general line goes. */
interface Places {
  readonly inFiles: boolean;
  readonly onConsole: boolean;
}

const CONSOLE: Places = { inFiles: false, onConsole: true };
const EVERYWHERE: Places = { inFiles: true, onConsole: true };

function redactorOf(settings: LogSettings): Redactor {
  return settings.maskSensitive ? createRedactor(settings.secrets) : NO_REDACTOR;
}

function asItIs(line: string): string {
  return line;
}

const NO_REDACTOR: Redactor = Object.assign((line: string) => line, { isClean: () => true, mask: asItIs });

function reasonText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
