import { asArray, asObject, type JsonObject } from '../../lib/json.ts';

/** The settings that hold for the answer: those of the request, as the updates among its items have changed them. */
export interface Configuration {
  readonly reasoning: unknown;
  readonly text: unknown;
  /** What the updates hold besides, by its name. */
  readonly unknown: readonly string[];
}

const UPDATE = 'configuration_update';

/** Reads the items `configuration_update` of a request: of each setting the last one counts. */
export function configurationOf({ reasoning, text, input }: JsonObject): Configuration {
  let [effort, format]: unknown[] = [];
  const unknown = new Set<string>();
  for (const item of asArray(input)) {
    const update = asObject(item);
    if (!isConfigurationUpdate(update)) continue;
    for (const [field, value] of Object.entries(update)) {
      if (field === 'type' || field === 'id' || value === null) continue;
      for (const [name, setting] of Object.entries(asObject(value) ?? { '': value })) {
        if (field === 'reasoning' && name === 'effort') effort = setting ?? effort;
        else if (field === 'text' && name === 'format') format = setting ?? format;
        else unknown.add(name === '' ? `${UPDATE}.${field}` : `${UPDATE}.${field}.${name}`);
      }
    }
  }
  return {
    reasoning: effort === undefined ? reasoning : { ...asObject(reasoning), effort },
    text: format === undefined ? text : { ...asObject(text), format },
    unknown: [...unknown],
  };
}

/** Whether an item says how to answer, and nothing of the conversation. */
export function isConfigurationUpdate(item: JsonObject | undefined): item is JsonObject {
  return item?.['type'] === UPDATE;
}
