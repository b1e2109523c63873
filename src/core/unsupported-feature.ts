import type { SettingName } from './conversation.ts';

/**
 * Something that a request asks for and the backend's dialect or model does not have, in the manner of the AI SDK's
 * warnings. It is made where it is found; only the edge turns it into text (`featureName`).
 * - `unsupported`: the request goes out without it. The answer still means the same.
 * - `compatibility`: the request asks for it in a weaker form: a schema in words, a number within other bounds.
 * - `required`: without it the answer would mean something else, so this route cannot serve the request.
 */
export type UnsupportedFeature =
  | { readonly type: 'unsupported'; readonly feature: Feature }
  | { readonly type: 'compatibility'; readonly feature: Feature }
  | RequiredFeature;

/** A feature without which the answer would mean something else. */
export interface RequiredFeature {
  readonly type: 'required';
  readonly feature: FieldFeature;
  /** Why it is unsupported, as the end of a sentence that the field begins: "is kept at another provider". */
  readonly details: string;
}

/** What a feature is. */
export type Feature = FieldFeature | SettingFeature | ToolFeature | PartFeature;

/** A field of the request, by its path in the client's dialect: `n`, `tools[].defer_loading`. */
export interface FieldFeature {
  readonly kind: 'field';
  readonly path: string;
}

/** A setting, by its neutral name. `strict`: the output format is asked for, but not enforced. */
export interface SettingFeature {
  readonly kind: 'setting';
  readonly name: SettingName;
  readonly member?: 'strict' | undefined;
}

/** A tool, or a keyword of the schema of its parameters. */
export interface ToolFeature {
  readonly kind: 'tool';
  readonly name: string;
  readonly keyword?: string | undefined;
}

/** A part that only its own dialect knows, by its type there: `server_tool_use`. */
export interface PartFeature {
  readonly kind: 'part';
  readonly type: string;
}

/** The request goes out without the feature. */
export function leftOut(feature: Feature): UnsupportedFeature {
  return { type: 'unsupported', feature };
}

/** The request asks for the feature in a weaker form. */
export function weakened(feature: Feature): UnsupportedFeature {
  return { type: 'compatibility', feature };
}

/** The route cannot serve the request without the field; `details` ends the sentence that the field begins. */
export function required(path: string, details: string): RequiredFeature {
  return { type: 'required', feature: field(path), details };
}

/** A field of the request as a feature. */
export function field(path: string): FieldFeature {
  return { kind: 'field', path };
}

/** A setting as a feature. */
export function setting(name: SettingName, member?: 'strict'): SettingFeature {
  return member === undefined ? { kind: 'setting', name } : { kind: 'setting', name, member };
}

/** A tool, or a keyword of its schema, as a feature. */
export function tool(name: string, keyword?: string): ToolFeature {
  return keyword === undefined ? { kind: 'tool', name } : { kind: 'tool', name, keyword };
}

/** A native part as a feature. */
export function part(type: string): PartFeature {
  return { kind: 'part', type };
}

/** The list with each feature once, in the order of their first mention. */
export function distinct(features: readonly UnsupportedFeature[]): readonly UnsupportedFeature[] {
  if (features.length < 2) return features;
  const byName = new Map<string, UnsupportedFeature>();
  for (const each of features) {
    const key = `${each.feature.kind} ${featureName(each.feature)}`;
    if (!byName.has(key)) byName.set(key, each);
  }
  return [...byName.values()];
}

/** What clients call a feature; `names` has their names for settings. */
export function featureName(feature: Feature, names: Readonly<Partial<Record<SettingName, string>>> = {}): string {
  switch (feature.kind) {
    case 'field':
      return feature.path;
    case 'setting': {
      const name = names[feature.name] ?? feature.name;
      return feature.member === undefined ? name : `${name}.${feature.member}`;
    }
    case 'tool':
      return feature.keyword === undefined ? `tools[${feature.name}]` : `tools[${feature.name}].${feature.keyword}`;
    case 'part':
      return feature.type;
  }
}
