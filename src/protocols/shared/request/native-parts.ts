import type { NativePart, Part } from '../../../core/part.ts';
import { leftOut, part as partOfType, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';

/** The native parts among `parts`, which the dialect does not know: nowhere, or not where they stand. */
export function unsupportedNativeParts(parts: readonly Part[]): UnsupportedFeature[] {
  return parts.flatMap((part) => (part.type === 'native' ? [unsupportedNativePart(part)] : []));
}

/** A native part that the dialect does not know. */
export function unsupportedNativePart({ kind }: NativePart): UnsupportedFeature {
  return leftOut(partOfType(kind));
}
