import type { ConsoleFile, ConsoleFiles } from './console-file.ts';

/** What stands in front of the files: their names and where each begins, counted from the end of this list. */
interface Entry {
  readonly name: string;
  readonly type: string;
  readonly brotliBytes: number;
  readonly gzipBytes: number;
}

const LENGTH_BYTES = 4;

/** All files of the console as one, for the executable to carry. */
export function pack(files: ConsoleFiles): Uint8Array<ArrayBuffer> {
  const entries = Array.from(files, ([name, { type, brotli, gzip }]): Entry => {
    return { name, type, brotliBytes: brotli.length, gzipBytes: gzip.length };
  });
  const list = new TextEncoder().encode(JSON.stringify(entries));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, list.length);
  const bodies = Array.from(files.values(), ({ brotli, gzip }) => [brotli, gzip]).flat();
  return new Uint8Array(Bun.concatArrayBuffers([length, list, ...bodies]));
}

/** What `pack` has made, as it was. */
export function unpack(bytes: Uint8Array<ArrayBuffer>): ConsoleFiles {
  const listBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  let at = LENGTH_BYTES + listBytes;
  const next = (length: number) => bytes.subarray(at, (at += length));
  const entries = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, at))) as Entry[];
  return new Map(
    entries.map(({ name, type, brotliBytes, gzipBytes }): [string, ConsoleFile] => {
      return [name, { type, brotli: next(brotliBytes), gzip: next(gzipBytes) }];
    }),
  );
}
