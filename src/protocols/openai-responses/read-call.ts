import type { AnswerEvent } from '../../core/event.ts';
import { asId, asString, asWord, type JsonObject, parseObject } from '../../lib/json.ts';
import { generatedId } from '../shared/tools/generated-id.ts';
import { readArguments } from '../shared/texts/read.ts';
import { NAME } from './name.ts';
import { flatName, TOOL_SEARCH } from './namespaces.ts';
import { type Emitter, type ItemReader, TextTrack } from './text-track.ts';

/** Reads a call of a function or of a freeform tool. */
export function callItem(emitter: Emitter, item: JsonObject): ItemReader {
  return new CallReader(emitter, item);
}

class CallReader implements ItemReader {
  readonly type: string;
  readonly isSilent = false;
  isDone = false;
  readonly #track: TextTrack;
  readonly #field: 'input' | 'arguments';

  constructor(emitter: Emitter, item: JsonObject) {
    const freeform = item['type'] === 'custom_tool_call';
    this.type = freeform ? 'custom_tool_call' : 'function_call';
    this.#field = freeform ? 'input' : 'arguments';
    this.#track = new TextTrack(emitter, {
      part: 'tool_call',
      id: asId(item['call_id']) ?? asId(item['id']) ?? generatedId(),
      name: flatName(asString(item['name']) ?? '', asWord(item['namespace'])),
      ...(freeform ? { freeform } : {}),
    });
  }

  begin(item: JsonObject): void {
    // Some backends send everything at once and then again in pieces. Complete JSON ends the call here.
    const text = readArguments(item[this.#field]);
    if (item['status'] === 'completed') this.#track.rest(text);
  }

  piece(event: JsonObject): void {
    const type = asString(event['type']) ?? '';
    if (type.endsWith('.delta')) this.#track.delta(readArguments(event['delta']));
    else if (type.endsWith('.done')) this.#track.rest(readArguments(event[this.#field]));
  }

  done(item: JsonObject): void {
    this.#track.rest(readArguments(item[this.#field]));
    this.end();
  }

  end(): void {
    this.isDone = true;
    this.#track.end();
  }
}

/** Reads any other item: usually a call that runs at the provider. It is reported when it is complete. */
export function wholeItem(emitter: Emitter, type: string): ItemReader {
  return new WholeReader(emitter, type);
}

class WholeReader implements ItemReader {
  isDone = false;
  isSilent = true;

  constructor(
    private readonly emitter: Emitter,
    readonly type: string,
  ) {}

  begin(): void {
    // The item is reported when it is done.
  }

  piece(): void {
    // The same.
  }

  done(item: JsonObject): void {
    this.isDone = true;
    this.isSilent = false;
    const result = this.type === 'image_generation_call' ? asWord(item['result']) : undefined;
    if (result !== undefined) this.emitter.whole(imagePart(result, asWord(item['output_format'])));
    else if (this.type === 'tool_search_call' && item['execution'] === 'client') this.#search(item);
    else if (this.type !== '') this.emitter.whole({ type: 'native', protocol: NAME, kind: this.type, value: item });
  }

  end(): void {
    this.isDone = true;
  }

  /** The client searches for tools: a call like any other. */
  #search(item: JsonObject): void {
    const args = item['arguments'];
    const id = asWord(item['call_id']) ?? generatedId();
    const track = new TextTrack(this.emitter, { part: 'tool_call', id, name: TOOL_SEARCH });
    track.delta(typeof args === 'string' && parseObject(args) !== undefined ? args : JSON.stringify(args ?? {}));
    track.end();
  }
}

function imagePart(data: string, format = 'png'): Extract<AnswerEvent, { type: 'whole' }>['part'] {
  return { type: 'media', kind: 'image', source: { from: 'base64', mediaType: `image/${format}`, data } };
}
