import type { Upload } from '../../core/upload.ts';

/** Where the bytes of an upload go to. */
export interface UploadSink {
  /** Sends bytes as soon as there is room. */
  write(bytes: Uint8Array): void;
  /** Resolves when all that was written is on its way; to false if the connection is of no use any more. */
  hasRoom(): Promise<boolean>;
  /** The body cannot be completed. */
  failed(error: Error): void;
  /** More of it is on its way. */
  uploading(): void;
}

/** Sends an upload, no faster than it is taken: at any time one piece of it is in memory. */
export async function sendUpload(upload: Upload, sink: UploadSink): Promise<void> {
  const isChunked = upload.length === undefined;
  let left = upload.length ?? Infinity;
  try {
    while (await sink.hasRoom()) {
      const piece = await upload.read();
      if (piece === undefined) {
        if (left !== Infinity && left > 0) throw new Error('the body ended before it was as long as it was said to be');
        if (isChunked) sink.write(LAST_CHUNK);
        return;
      }
      left -= piece.byteLength;
      // What is too much would be taken for the next request.
      if (left < 0) throw new Error('the body is longer than it was said to be');
      if (piece.byteLength === 0) continue;
      if (isChunked) sink.write(Buffer.from(`${piece.byteLength.toString(16)}\r\n`));
      sink.write(piece);
      if (isChunked) sink.write(END_OF_LINE);
      sink.uploading();
    }
    upload.cancel();
  } catch (error) {
    upload.cancel();
    sink.failed(error instanceof Error ? error : new Error(String(error)));
  }
}

const END_OF_LINE = Buffer.from('\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
