import { asArray, asObject, asWord, type JsonObject } from '../../lib/json.ts';

/** The id under which a provider keeps an answer: of a plain response, or of an event with a response. */
export function responseIdOf(body: unknown): string | undefined {
  const holder = asObject(body);
  const response = asObject(holder?.['response']) ?? (holder?.['object'] === 'response' ? holder : undefined);
  return asWord(response?.['id']);
}

/** The ids of state that a request expects at the provider: an earlier response, a conversation, single items. */
export function storedStateOf(body: JsonObject): readonly string[] {
  const items = asArray(body['input']).map((item) => asObject(item));
  const references = items.filter((item) => item !== undefined && isReference(item)).map((item) => item?.['id']);
  return [body['previous_response_id'], idOf(body['conversation']), ...references].filter(
    (id) => asWord(id) !== undefined,
  ) as string[];
}

/** Whether a request refers to state at the provider. */
export function refersToKept(body: JsonObject): boolean {
  return storedStateOf(body).length > 0;
}

/** Whether the provider keeps the response, which it does unless told otherwise, or works on it in the background. */
export function keepsAnswer(body: Readonly<Record<string, unknown>>): boolean {
  return body['store'] !== false || body['background'] === true || asWord(idOf(body['conversation'])) !== undefined;
}

/** The ids of items and their containers, in a plain response, a list, or an event. */
export function itemIdsOf(body: unknown): readonly string[] {
  const holder = asObject(body);
  const item = asObject(holder?.['item']);
  const response = asObject(holder?.['response']) ?? holder;
  const items = item === undefined ? [...asArray(response?.['output']), ...asArray(holder?.['data'])] : [item];
  return items.flatMap((each) => {
    const fields = asObject(each);
    return [fields?.['id'], fields?.['container_id']].flatMap((id) => asWord(id) ?? []);
  });
}

/** Whether an input item is a reference to an item at the provider. Its `type` may be missing. */
export function isReference(item: JsonObject): boolean {
  return item['type'] === 'item_reference' || (item['type'] === undefined && !('role' in item) && 'id' in item);
}

/** The request names a conversation by its id, or by an object with that id. */
export function idOf(conversation: unknown): string | undefined {
  return asWord(conversation) ?? asWord(asObject(conversation)?.['id']);
}
