import type { Conversation } from '../../../core/conversation.ts';
import { required } from '../../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../../core/unsupported-feature-error.ts';
import type { Part } from '../../../core/part.ts';
import type { Quirks } from '../../../core/route.ts';

/** Throws UnsupportedFeatureError if a conversation holds an image and the model takes none. */
export function refuseImages({ turns }: Conversation, { images }: Quirks): void {
  if (images !== 'none' || !turns.some(({ parts }) => parts.some(holdsImage))) return;
  throw new UnsupportedFeatureError(required('image', 'is an image, and this model takes none'));
}

function holdsImage(part: Part): boolean {
  if (part.type === 'tool_result') return part.content.some(holdsImage);
  return part.type === 'media' && part.kind === 'image';
}
