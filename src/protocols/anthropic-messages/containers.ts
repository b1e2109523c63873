import { asObject, asWord } from '../../lib/json.ts';
import { memberSpans } from '../../lib/json-span.ts';
import type { ProviderState } from '../protocol.ts';
import { refuseDuplicateFields } from '../shared/request/duplicate-fields.ts';

/** The provider keeps the files of the model's code in a container. Later requests can continue in it. */
export const providerState: ProviderState = {
  idOf: () => undefined,
  itemsOf: (body) => {
    const told = asObject(body);
    const holder = asObject(told?.['message']) ?? asObject(told?.['delta']) ?? told;
    const id = idOf(holder?.['container']);
    return id === undefined ? [] : [id];
  },
  seal: undefined,
  // With a single caller there is nobody to protect: the provider decides.
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

/** The request names a container by its id, or by an object with that id. */
function idOf(container: unknown): string | undefined {
  return asWord(container) ?? asWord(asObject(container)?.['id']);
}
