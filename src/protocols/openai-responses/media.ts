/** The MIME type that a file's name tells; what comes without a name has always been a PDF. */
export function mediaTypeOfFile(name: string | undefined): string {
  const extension = name?.slice(name.lastIndexOf('.') + 1).toLowerCase() ?? '';
  return TYPES[extension] ?? 'application/pdf';
}

/** A name for a file that has none, since the API goes by its extension. */
export function fileNameFor(mediaType: string): string {
  const bare = mediaType.split(';', 1)[0]?.trim().toLowerCase();
  const extension = Object.entries(TYPES).find(([, type]) => type === bare)?.[0];
  return `document.${extension ?? (bare?.startsWith('text/') === true ? 'txt' : 'pdf')}`;
}

const TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  csv: 'text/csv',
  xml: 'text/xml',
  json: 'application/json',
  yaml: 'application/yaml',
  rtf: 'application/rtf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};
