import { asObject, asWord } from '../../lib/json.ts';
import { memberSpans } from '../../lib/json-span.ts';
import type { ProviderState } from '../protocol.ts';
import { refuseDuplicateFields } from '../shared/request/duplicate-fields.ts';

/** What code of the model's has left behind is kept by the provider in a container, and later requests go on in it. */
export const providerState: ProviderState = {
  idOf: () => undefined,
  itemsOf: (body) => {
    const told = asObject(body);
    const holder = asObject(told?.['message']) ?? asObject(told?.['delta']) ?? told;
    const id = idOf(holder?.['container']);
    return id === undefined ? [] : [id];
  },
  seal: undefined,
  // Where all callers are one, the provider may judge.
  refers: () => false,
  resolve: (text, body, { refer }) => {
    refuseDuplicateFields(body, ['container'], { text, from: 0, place: '' });
    const { container } = body;
    const id = idOf(container);
    if (id === undefined) return text;
    const object = asObject(container);
    const from = memberSpans(text, 'container')[0]?.start ?? 0;
    if (object !== undefined) refuseDuplicateFields(object, ['id'], { text, from, place: 'container' });
    refer(id, 'container');
    return text;
  },
};

/** It is named by its id alone, or by an object that holds it. */
function idOf(container: unknown): string | undefined {
  return asWord(container) ?? asWord(asObject(container)?.['id']);
}
