/** One file of the console, compressed once: what a browser gets depends on what it accepts. */
export interface ConsoleFile {
  /** The content type. */
  readonly type: string;
  readonly brotli: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
}

/** The files of the console by name. `index.html` is the page; the names of all others contain a hash of what is in them. */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

/** The name of the page itself. */
export const PAGE = 'index.html';

/** Where the other files are. */
export const ASSETS_PATH = '/console/assets/';
