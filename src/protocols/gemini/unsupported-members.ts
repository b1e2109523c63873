import { required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asNumber, type JsonObject } from '../../lib/json.ts';
import { UnknownMembers } from '../shared/request/unknown-members.ts';
import { fieldsOf } from './camel-case.ts';
import { detailOf } from './media-resolution.ts';
import { repeated } from './repeated.ts';

/** The members of parts that have no neutral form: `functionResponse.scheduling`. */
export function unsupportedMembers(contents: unknown): UnsupportedFeature[] {
  const unknown = new UnknownMembers();
  let isCut = false;
  for (const content of repeated(contents)) {
    for (const value of repeated(fieldsOf(content)?.['parts'])) {
      const part = fieldsOf(value) ?? {};
      checkPart(part, unknown);
      isCut ||= isPiece(fieldsOf(part['functionCall']));
    }
  }
  return isCut ? [...unknown.unsupported, PIECE] : unknown.unsupported;
}

/** A part's main member is read, or reported as a whole. */
function checkPart(part: JsonObject, unknown: UnknownMembers): void {
  checkMedia(part, unknown);
  const isMedia = fieldsOf(part['inlineData']) !== undefined || fieldsOf(part['fileData']) !== undefined;
  const resolution = fieldsOf(part['mediaResolution']);
  const isRead = isMedia && (detailOf(resolution) !== undefined || resolution?.['level'] === UNSPECIFIED);
  if (resolution?.['level'] !== undefined && !isRead) unknown.add('mediaResolution.level');
  if (asNumber(resolution?.['numTokens']) !== undefined) unknown.add('mediaResolution.numTokens');
  const response = fieldsOf(part['functionResponse']);
  if (response === undefined) return;
  const { scheduling, ...rest } = response;
  unknown.check(rest, 'functionResponse', OF_RESPONSE);
  if (scheduling !== 'SCHEDULING_UNSPECIFIED') unknown.check({ scheduling }, 'functionResponse', NONE);
  for (const inner of repeated(response['parts'])) checkMedia(fieldsOf(inner) ?? {}, unknown);
}

function checkMedia({ mediaProcessing }: JsonObject, unknown: UnknownMembers): void {
  if (mediaProcessing !== 'MEDIA_PROCESSING_UNSPECIFIED') unknown.check({ mediaProcessing }, 'parts[]', NONE);
}

const NONE: ReadonlySet<string> = new Set();
const OF_RESPONSE: ReadonlySet<string> = new Set(['id', 'name', 'response', 'parts']);
const UNSPECIFIED = 'MEDIA_RESOLUTION_UNSPECIFIED';

/** A fragment of a streamed call means nothing by itself. */
function isPiece(call: JsonObject | undefined): boolean {
  return repeated(call?.['partialArgs']).length > 0 || call?.['willContinue'] === true;
}

const PIECE = required(
  'functionCall.partialArgs',
  'is a piece of a call (`willContinue`), of which other models need the whole: send its `args`',
);
