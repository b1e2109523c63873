import { asArray, asObject, type JsonObject } from '../../lib/json.ts';

/** The settings for the answer: those of the request, with the updates among its items applied. */
export interface Configuration {
  readonly reasoning: unknown;
  readonly text: unknown;
  /** The unknown members of the updates. */
  readonly unknown: readonly string[];
}

const UPDATE = 'configuration_update';

/** Reads the `configuration_update` items of a request. The last value of each setting counts. */
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

/** Whether an item only changes settings. */
export function isConfigurationUpdate(item: JsonObject | undefined): item is JsonObject {
  return item?.['type'] === UPDATE;
}
