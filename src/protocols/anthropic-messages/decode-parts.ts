import { signatureFrom, type Attachment } from '../../core/signature.ts';
import type {
  CacheControl,
  MediaPart,
  MediaSource,
  Part,
  ReasoningPart,
  TextPart,
  ToolResultPart,
} from '../../core/part.ts';
import { asArray, asBoolean, asObject, asString, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { decodeCitation } from './citations.ts';
import { NAME } from './name.ts';

/** Reads the content of a message. `field` is its path, for error messages. */
export function decodeParts(content: unknown, field: string): Part[] {
  const parts: Part[] = [];
  const attached: Attached[] = [];
  for (const [index, value] of blocksOf(content, field).entries()) {
    const block = asObject(value) ?? refuseField(`${field}[${index}]`, 'has to be an object');
    const type = asWord(block['type']) ?? refuseField(`${field}[${index}].type`, 'has to be a string');
    const thought = type === 'thinking' || type === 'redacted_thinking' ? thoughtFrom(block, type) : undefined;
    if (thought?.attachment !== undefined) {
      attached.push({ ...thought, at: parts.length });
    } else {
      const read = thought === undefined ? blockFrom(block, type, `${field}[${index}]`) : [thought.part];
      for (const part of read) parts.push(part);
    }
  }
  for (const one of attached) attach(parts, one);
  return parts;
}

/** The texts of a string or of blocks, for system prompts. */
export function decodeTexts(content: unknown, field: string): TextPart[] {
  return decodeParts(content, field).filter((part) => part.type === 'text');
}

/** Whether the client wants citations of a document or a search result. Other dialects do not have that. */
export function wantsCitations(content: unknown): boolean {
  return asArray(content).some((value) => {
    const block = asObject(value);
    return asObject(block?.['citations'])?.['enabled'] === true || wantsCitations(block?.['content']);
  });
}

function blocksOf(content: unknown, field: string): readonly unknown[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (content === undefined || content === null) return [];
  return Array.isArray(content) ? content : refuseField(field, 'has to be a string or a list of blocks');
}

function blockFrom(block: JsonObject, type: string, field: string): Part[] {
  switch (type) {
    case 'text':
      return [textFrom(block)];
    case 'image':
    case 'document':
    case 'search_result':
      return passiveFrom(block, type);
    case 'tool_use':
      return [
        {
          type: 'tool_call',
          id: asWord(block['id']) ?? refuseField(`${field}.id`, 'has to be a string'),
          name: asWord(block['name']) ?? refuseField(`${field}.name`, 'has to be a string'),
          arguments: JSON.stringify(block['input'] ?? {}),
          ...marks(block),
        },
      ];
    case 'tool_result':
      return [resultFrom(block, field)];
    // `toolsInEffect` and `decodeTurns` read these.
    case 'tool_addition':
    case 'tool_removal':
    case 'compaction':
      return [];
    default:
      return [{ type: 'native', protocol: NAME, kind: type, value: block }];
  }
}

function textFrom(block: JsonObject): TextPart {
  const text = asString(block['text']) ?? '';
  const citations = asArray(block['citations']).flatMap((citation) => decodeCitation(citation, text.length) ?? []);
  return { type: 'text', text, ...(citations.length === 0 ? {} : { citations }), ...marks(block) };
}

function resultFrom(block: JsonObject, field: string): ToolResultPart {
  const { content } = block;
  const isError = strictlyBoolean(block['is_error'], `${field}.is_error`);
  return {
    type: 'tool_result',
    callId: asString(block['tool_use_id']) ?? '',
    content:
      typeof content === 'string'
        ? [{ type: 'text', text: content }]
        : blocksOf(content, `${field}.content`).flatMap((inner) =>
            passiveFrom(asObject(inner) ?? {}, asString(asObject(inner)?.['type'])),
          ),
    ...(isError === undefined ? {} : { isError }),
    ...marks(block),
  };
}

function strictlyBoolean(value: unknown, field: string): boolean | undefined {
  return value === undefined || value === null
    ? undefined
    : (asBoolean(value) ?? refuseField(field, 'has to be true or false'));
}

/** Reads what may stand in a tool result as well as in a message. */
function passiveFrom(block: JsonObject, type: string | undefined): (TextPart | MediaPart)[] {
  switch (type) {
    case 'text':
      return [textFrom(block)];
    case 'image':
      return mediaFrom(block, 'image', 'image/png');
    case 'document':
      return documentFrom(block);
    case 'search_result': {
      const { title, source } = block;
      const head = [asWord(title), asWord(source)].filter((word) => word !== undefined).join('\n');
      const texts = asArray(block['content']).flatMap((inner) => asWord(asObject(inner)?.['text']) ?? []);
      return [{ type: 'text', text: [head, ...texts].join('\n'), ...marks(block) }];
    }
    case 'tool_reference':
      return [{ type: 'text', text: `Tool found: ${asString(block['tool_name']) ?? ''}` }];
    default:
      return [{ type: 'text', text: JSON.stringify(block) }];
  }
}

/** `context` tells the model about the document. `content` documents consist of text and images. */
function documentFrom(block: JsonObject): (TextPart | MediaPart)[] {
  const { title, context } = block;
  const about = asWord(context) === undefined ? [] : [{ type: 'text', text: asString(context) ?? '' } as const];
  const source = asObject(block['source']);
  if (source?.['type'] !== 'content') return [...about, ...mediaFrom(block, 'document', 'application/pdf')];
  const { content } = source;
  const inner =
    typeof content === 'string'
      ? [{ type: 'text', text: content } as const]
      : asArray(content).flatMap((one) => passiveFrom(asObject(one) ?? {}, asString(asObject(one)?.['type'])));
  return [
    ...(asWord(title) === undefined ? [] : [{ type: 'text', text: asString(title) ?? '' } as const]),
    ...about,
    ...inner,
  ];
}

function mediaFrom(block: JsonObject, kind: MediaPart['kind'], usualType: string): MediaPart[] {
  const source = sourceFrom(asObject(block['source']) ?? {}, usualType);
  const name = asWord(block['title']);
  return [{ type: 'media', kind, source, ...(name === undefined ? {} : { name }), ...marks(block) }];
}

function sourceFrom(source: JsonObject, usualType: string): MediaSource {
  const mediaType = asWord(source['media_type']);
  switch (source['type']) {
    case 'base64':
      return { from: 'base64', mediaType: mediaType ?? usualType, data: asString(source['data']) ?? '' };
    case 'url':
      return { from: 'url', url: asString(source['url']) ?? '', ...(mediaType === undefined ? {} : { mediaType }) };
    case 'text':
      return { from: 'text', mediaType: mediaType ?? 'text/plain', text: asString(source['data']) ?? '' };
    case 'file':
      return { from: 'file', id: asString(source['file_id']) ?? '', protocol: NAME };
    default:
      return refuseField('source.type', 'has to be one of `base64`, `url`, `text`, `content` and `file`');
  }
}

interface Thought {
  readonly part: ReasoningPart;
  /** This is no thought: it carries the signature of the part before or after it. */
  readonly attachment: Attachment | undefined;
}

type Attached = Thought & { readonly at: number };

function thoughtFrom(block: JsonObject, type: 'thinking' | 'redacted_thinking'): Thought {
  const redacted = type === 'redacted_thinking';
  const value = asWord(redacted ? block['data'] : block['signature']);
  const marked = value === undefined ? undefined : signatureFrom(value, NAME);
  const text = asString(block['thinking']) ?? '';
  // An unsigned thought carries the gateway's mark and no signature.
  const signature = marked?.signature.value === '' ? undefined : marked?.signature;
  const part: ReasoningPart = {
    type: 'reasoning',
    text,
    ...compact({ signature, redacted: redacted ? true : undefined, id: marked?.id }),
  };
  return { part, attachment: text === '' ? marked?.attachment : undefined };
}

/** Puts a signature onto the neighbouring part. If that is gone, the signature is of no use. */
function attach(parts: Part[], { part, attachment, at }: Attached): void {
  const index = attachment === 'next' ? at : at - 1;
  const neighbour = parts[index];
  if (neighbour?.type !== 'text' && neighbour?.type !== 'tool_call') return;
  parts[index] = { ...neighbour, signature: part.signature };
}

function marks(block: JsonObject): { cacheControl?: CacheControl } {
  const cacheControl = asObject(block['cache_control']);
  return cacheControl === undefined ? {} : { cacheControl };
}
