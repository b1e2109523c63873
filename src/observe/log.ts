import type { ExchangeRecord } from '../core/record.ts';
import type { Clock } from '../lib/clock.ts';
import { printable } from '../lib/printable.ts';
import { generalText, logfmt, requestText, type ConsoleStyle } from './console.ts';
import type { LogFile } from './files.ts';
import { LogFiles } from './log-files.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { requestEntry, requestJson, requestLevel, requestTold, type Entry, type Level } from './request-line.ts';

export type { Level };

/** Everything about logging that a config decides. */
export interface LogSettings {
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
  readonly consoleFormat: 'json' | 'markdown' | 'plain';
  /** Configured keys, masked wherever they turn up; see `createRedactor` for how short is too short. */
  readonly secrets: readonly string[];
  readonly color: boolean;
}

/** What a general line tells besides its message: flat and JSON-able. An Error is written as `{name, message, stack}`. */
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

/** Takes text at once; whoever holds text back also has a `flush`. */
export interface ConsoleSink {
  (text: string): void;
  flush?(): Promise<void>;
}

/** Makes a log that is ready for lines. */
export function createLog(settings: LogSettings, io: LogIo): Log {
  return new FileLog(settings, io);
}

const RANK: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

class FileLog implements Log {
  readonly #io: LogIo;
  #settings: LogSettings;
  #redact: Redactor;
  readonly #files: LogFiles;
  #closed = false;
  #dropped = 0;
  /** Files whose last batch was lost. While there is any, that has been said and is not said again. */
  #failing = new Set<LogFile>();
  #droppedBeforeTrouble = 0;

  constructor(settings: LogSettings, io: LogIo) {
    this.#io = io;
    this.#settings = settings;
    this.#redact = redactorOf(settings);
    this.#files = new LogFiles(io.clock, { lost: this.#onLost, written: this.#onWritten });
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
    const { general, requests, errors } = this.#files.current;
    const level = requestLevel(record);
    const onConsole = this.#showsOnConsole(level);
    if (general === undefined && !onConsole) return;
    try {
      const nowMs = this.#io.clock.wallNow();
      if (general !== undefined) {
        const json = this.#settings.format === 'json';
        const line = json
          ? this.#redact(requestJson(record, level, nowMs), requestTold(record))
          : this.#fileLine(requestEntry(record, level, nowMs));
        (requests ?? general).append(line, nowMs);
        if (record.status >= 400 || record.interrupted) errors?.append(line, nowMs);
      }
      if (onConsole) this.#showRequest(record, level, nowMs);
    } catch {
      this.#dropped++;
    }
  }

  configure(settings: LogSettings): void {
    if (this.#closed) return;
    this.#redact = redactorOf(settings);
    this.#files.use(settings);
    this.#settings = settings;
  }

  async flush(): Promise<void> {
    await this.#files.flush();
    await this.#io.console.flush?.();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#files.use(undefined);
    await this.flush();
  }

  #general(level: Level, msg: string, fields: LogFields | undefined): void {
    const inFiles = RANK[level] >= RANK[this.#settings.level];
    this.#write({ level, msg, fields, inFiles, onConsole: this.#showsOnConsole(level) });
  }

  #write({ level, msg, fields, inFiles, onConsole }: GeneralLine): void {
    const { general, errors } = this.#files.current;
    const toFile = inFiles ? general : undefined;
    if (toFile === undefined && !onConsole) return;
    try {
      const nowMs = this.#io.clock.wallNow();
      const entry = generalEntry(level, nowMs, msg, fields);
      if (toFile !== undefined) {
        const line = this.#fileLine(entry);
        toFile.append(line, nowMs);
        if (level === 'error') errors?.append(line, nowMs);
      }
      if (onConsole) this.#show(entry, (style) => generalText(entry, level, nowMs, style));
    } catch {
      // A field is no data (a cycle, a throwing getter). The message must not be lost for it.
      if (fields === undefined) this.#dropped++;
      else this.#write({ level, msg, fields: undefined, inFiles, onConsole });
    }
  }

  #showsOnConsole(level: Level): boolean {
    return RANK[level] >= RANK[this.#settings.consoleLevel];
  }

  #fileLine(entry: Entry): string {
    return this.#redact(this.#settings.format === 'json' ? printable(JSON.stringify(entry)) : logfmt(entry));
  }

  #showRequest(record: ExchangeRecord, level: Level, nowMs: number): void {
    const { consoleFormat: format, color } = this.#settings;
    const text =
      format === 'json' ? requestJson(record, level, nowMs) : requestText(record, level, nowMs, { format, color });
    this.#io.console(`${this.#redact(text)}\n`);
  }

  #show(entry: Entry, render: (style: ConsoleStyle) => string): void {
    const { consoleFormat: format, color } = this.#settings;
    const text = format === 'json' ? printable(JSON.stringify(entry)) : render({ format, color });
    this.#io.console(`${this.#redact(text)}\n`);
  }

  #onLost = (file: LogFile, lines: number, reason: unknown): void => {
    const first = this.#failing.size === 0;
    this.#failing.add(file);
    if (first) {
      this.#droppedBeforeTrouble = this.#dropped;
      const why = reason === undefined ? 'the disk is too slow' : reasonText(reason);
      const msg = `log files cannot be written, lines are being dropped: ${why}`;
      this.#write({ level: 'error', msg, fields: { dir: file.place.dir }, inFiles: false, onConsole: true });
    }
    this.#dropped += lines;
  };

  #onWritten = (file: LogFile): void => {
    if (!this.#failing.delete(file) || this.#failing.size > 0) return;
    const fields = { lost_lines: this.#dropped - this.#droppedBeforeTrouble };
    this.#write({ level: 'warn', msg: 'log files are written again', fields, inFiles: true, onConsole: true });
  };
}

interface GeneralLine {
  readonly level: Level;
  readonly msg: string;
  readonly fields: LogFields | undefined;
  readonly inFiles: boolean;
  readonly onConsole: boolean;
}

function redactorOf(settings: LogSettings): Redactor {
  return settings.maskSensitive ? createRedactor(settings.secrets) : (line) => line;
}

const RESERVED: ReadonlySet<string> = new Set(['level', 'ts', 'msg']);

/** A field cannot take the place of the level, the time or the message. */
function generalEntry(level: Level, nowMs: number, msg: string, fields: LogFields | undefined): Entry {
  const entry: Record<string, unknown> = { level, ts: new Date(nowMs).toISOString(), msg };
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (RESERVED.has(name)) continue;
    entry[name] = value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value;
  }
  return entry;
}

function reasonText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
