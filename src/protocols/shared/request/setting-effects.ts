import type { Settings } from '../../../core/conversation.ts';
import { leftOut, setting, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';

/** The settings among `names` that have an effect, as left out, in the order of `names`. */
export function leftOutSettings(settings: Settings, names: readonly (keyof Settings)[]): UnsupportedFeature[] {
  return names.flatMap((name) => (hasEffect(name, settings[name]) ? [leftOut(setting(name))] : []));
}

/** Whether a setting differs from its default. */
export function hasEffect(name: keyof Settings, value: unknown): boolean {
  return value !== undefined && value !== DEFAULTS.get(name);
}

const DEFAULTS: ReadonlyMap<keyof Settings, unknown> = new Map<keyof Settings, unknown>([
  ['temperature', 1],
  ['topP', 1],
  ['minP', 0],
  ['frequencyPenalty', 0],
  ['presencePenalty', 0],
  ['logprobs', false],
  ['topLogprobs', 0],
  ['parallelToolCalls', true],
]);
