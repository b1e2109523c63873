import { asArray, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { elementSpans, memberSpans } from '../../lib/json-span.ts';
import type { ProviderState } from '../protocol.ts';
import { refuseDuplicateFields } from '../shared/request/duplicate-fields.ts';

/** A provider keeps the audio of an answer for an hour. Later messages refer to it: `"audio":{"id":"audio_…"}`. */
export const providerState: ProviderState = {
  idOf: () => undefined,
  itemsOf: (body) =>
    asArray(asObject(body)?.['choices']).flatMap((choice) => {
      const { message, delta } = asObject(choice) ?? {};
      return idIn(asObject(message) ?? asObject(delta)) ?? [];
    }),
  seal: undefined,
  keeps: (body) => body['store'] === true || body['audio'] !== undefined,
  // With a single caller there is nobody to protect: the provider decides.
  refers: () => false,
  resolve: (text, body, { refer }) => {
    // Almost no request has any. An escape could hide the key.
    if (!text.includes('audio') && !text.includes('\\u')) return text;
    refuseDuplicateFields(body, ['messages'], { text, from: 0, place: '' });
    const spans = elementSpans(text, memberSpans(text, 'messages')[0]?.start ?? text.length);
    for (const [index, message] of asArray(body['messages']).entries()) {
      const fields = asObject(message);
      if (fields === undefined) continue;
      const place = `messages[${index}]`;
      const from = spans[index]?.start ?? 0;
      refuseDuplicateFields(fields, ['audio'], { text, from, place });
      const audio = asObject(fields['audio']);
      if (audio === undefined) continue;
      const [span] = memberSpans(text, 'audio', from);
      refuseDuplicateFields(audio, ['id'], { text, from: span?.start ?? 0, place: `${place}.audio` });
      const id = asWord(audio['id']);
      if (id !== undefined) refer(id, `${place}.audio.id`);
    }
    return text;
  },
};

function idIn(message: JsonObject | undefined): string | undefined {
  return asWord(asObject(message?.['audio'])?.['id']);
}
