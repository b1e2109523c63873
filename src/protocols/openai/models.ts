import type { ModelListing } from '../protocol.ts';

/** `{object: "list", data: [{id, object: "model", created, owned_by}]}` */
export const models: ModelListing = {
  list: (names, createdAt) => ({ object: 'list', data: names.map((name) => models.one(name, createdAt)) }),
  one: (id, createdAt) => ({ id, object: 'model', created: Math.floor(createdAt / 1000), owned_by: 'llm-proxy' }),
};
