import type { NativePart, Part } from '../../../core/part.ts';
import { leftOut, part as partOfType, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';

/** The native parts among `parts`, where the dialect has no place for them. */
export function unsupportedNativeParts(parts: readonly Part[]): UnsupportedFeature[] {
  return parts.flatMap((part) => (part.type === 'native' ? [unsupportedNativePart(part)] : []));
}

/** A native part that the dialect has no place for. */
export function unsupportedNativePart({ kind }: NativePart): UnsupportedFeature {
  return leftOut(partOfType(kind));
}
