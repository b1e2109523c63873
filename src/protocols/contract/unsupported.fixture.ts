// Unsupported features as tests compare them.
import { featureName, type UnsupportedFeature } from '../../core/unsupported-feature.ts';

/** The names of features; settings have their neutral ones. */
export function namesOf(features: readonly UnsupportedFeature[]): string[] {
  return features.map(({ feature }) => featureName(feature));
}

/** The same with what becomes of each: `required n`, `unsupported seed`. */
export function fatesOf(features: readonly UnsupportedFeature[]): string[] {
  return features.map(({ type, feature }) => `${type} ${featureName(feature)}`);
}
