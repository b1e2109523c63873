import type { ModelListing } from '../protocol.ts';

const METHODS = ['generateContent', 'streamGenerateContent', 'countTokens', 'embedContent', 'batchEmbedContents'];

/** `{models: [{name: "models/x", …}]}`, in one page. */
export const models: ModelListing = {
  list: (names, createdAt) => ({ models: names.map((name) => models.one(name, createdAt)) }),
  one: (name) => ({
    name: `models/${name}`,
    baseModelId: name,
    version: 'llm-proxy',
    displayName: name,
    supportedGenerationMethods: METHODS,
  }),
};
