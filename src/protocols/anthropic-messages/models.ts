import type { ModelListing } from '../protocol.ts';

/** `{data: [{type: "model", id, display_name, created_at, …}], has_more, first_id, last_id}` */
export const models: ModelListing = {
  list: (names, createdAt) => ({
    data: names.map((name) => models.one(name, createdAt)),
    has_more: false,
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
  }),
  one: (id, createdAt) => ({
    type: 'model',
    id,
    display_name: id,
    created_at: new Date(createdAt).toISOString(),
    // Every model can be asked for, whatever serves its alias.
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null,
    capabilities: null,
    max_input_tokens: null,
    max_tokens: null,
  }),
};
