import type { Through } from '../core/through.ts';
import type { HeaderFields } from '../lib/header-fields.ts';

/** Client headers that describe an upload. Other headers of vendors are not passed on. */
const UP: readonly string[] = [
  'x-goog-upload-protocol',
  'x-goog-upload-command',
  'x-goog-upload-offset',
  'x-goog-upload-header-content-length',
  'x-goog-upload-header-content-type',
  'x-goog-upload-file-name',
];

/** Of the provider's headers those by which an upload goes on. Where it goes on is rewritten before. */
export const DOWN: ReadonlySet<string> = new Set([
  'x-goog-upload-url',
  'x-goog-upload-status',
  'x-goog-upload-size-received',
  'x-goog-upload-chunk-granularity',
]);

/** Adds to the headers of an attempt what of the client's belongs to an upload. */
export function addUploadHeaders(
  headers: Record<string, string>,
  given: HeaderFields,
  { root, upload }: Through,
): void {
  const names = root === 'upload' ? UP : [];
  // Its bytes go up as they are.
  for (const name of upload === undefined ? names : [...names, 'content-encoding']) {
    const value = given[name];
    if (value !== undefined) headers[name] = value;
  }
}
