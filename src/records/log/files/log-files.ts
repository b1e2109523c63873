import { join } from 'node:path';
import type { Clock } from '../../../lib/clock.ts';
import { LogFile, type LogFileEvents, type LogFileSettings } from './files.ts';
import { LogFolder } from './log-folder.ts';
import type { LogSettings } from '../log.ts';
import type { LogPlace } from './rotation.ts';

type FileSettings = Pick<LogSettings, 'baseDir' | 'separateFiles' | 'maxFileBytes' | 'maxAgeDays' | 'maxTotalBytes'>;
type FileName = 'general' | 'requests' | 'errors';
/** Also told when a file has been let go of, written to its end or not. */
interface LogFilesEvents extends LogFileEvents {
  retired(file: LogFile): void;
}

type Files = Partial<Record<FileName, LogFile>>;

/** The files that lines go to at present, and those of earlier settings until they are written to their end. */
export class LogFiles {
  current: Files = {};
  readonly #clock: Clock;
  readonly #events: LogFilesEvents;
  readonly #closing = new Set<Promise<void>>();
  #folder: LogFolder | undefined;

  constructor(clock: Clock, events: LogFilesEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Opens what `settings` want that is not open, adjusts what stays, and lets go of the rest once it is written; of all without any. */
  use(settings: FileSettings | undefined): void {
    const folder = settings && this.#openFolder(settings);
    const files: Files = {};
    const spare = new Set(Object.values(this.current));
    if (settings !== undefined && folder !== undefined) {
      const limits: LogFileSettings = { folder, maxFileBytes: mostOfOne(settings) };
      for (const [name, place] of placesOf(folder.base, settings.separateFiles)) {
        const same = this.current[name];
        if (same?.place.dir === place.dir) {
          spare.delete(same);
          same.configure(limits);
          files[name] = same;
        } else {
          files[name] = new LogFile(place, limits, this.#clock, this.#events);
        }
      }
    }
    for (const file of spare) this.#retire(file);
    if (folder !== this.#folder) this.#retireFolder([...spare]);
    this.#folder = folder;
    this.current = files;
  }

  /** The folder that `settings` name: the one that is open if it is the same. */
  #openFolder({ baseDir, maxAgeDays, maxTotalBytes }: FileSettings): LogFolder | undefined {
    if (baseDir === undefined) return undefined;
    const limits = { maxAgeDays, maxTotalBytes };
    if (this.#folder?.base !== baseDir) {
      const places = placesOf(baseDir, true).map(([, place]) => place);
      return new LogFolder(baseDir, { places, clock: this.#clock }, limits);
    }
    this.#folder.configure(limits);
    return this.#folder;
  }

  #retire(file: LogFile): void {
    this.#closes(
      file.close().then(() => {
        this.#events.retired(file);
      }),
    );
  }

  /** What is still being written there counts for it. */
  #retireFolder(files: readonly LogFile[]): void {
    const folder = this.#folder;
    if (folder === undefined) return;
    this.#closes(Promise.all(files.map((file) => file.flush())).then(() => folder.close()));
  }

  #closes(work: Promise<void>): void {
    const closing = work.then(() => void this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Resolves when every line given so far is written or lost, and nothing is being tidied up. */
  async flush(): Promise<void> {
    await Promise.all([...Object.values(this.current).map((file) => file.flush()), ...this.#closing]);
    await this.#folder?.settled();
  }
}

/** So small that the oldest lines can always make way for new ones, whatever the three current files hold. */
function mostOfOne({ maxFileBytes, maxTotalBytes }: FileSettings): number {
  const share = Math.floor(maxTotalBytes / 4);
  return share > 0 && (maxFileBytes <= 0 || share < maxFileBytes) ? share : maxFileBytes;
}

function placesOf(base: string, separateFiles: boolean): [FileName, LogPlace][] {
  const general: [FileName, LogPlace] = ['general', { base, dir: base, stem: 'general' }];
  if (!separateFiles) return [general];
  const dated = (name: FileName): [FileName, LogPlace] => [name, { base, dir: join(base, name), stem: undefined }];
  return [general, dated('requests'), dated('errors')];
}
