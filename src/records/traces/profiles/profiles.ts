import type { TraceProfile } from '../../../core/trace-settings.ts';
import type { Profile } from '../attribute-row.ts';
import { langfuse } from './langfuse.ts';
import { openinference } from './openinference.ts';
import { semconv } from './semconv.ts';

/** The profiles by name. Each is made for the released conventions, or for the experimental ones. */
export const PROFILES: Readonly<Record<TraceProfile, (isExperimental: boolean) => Profile>> = {
  semconv,
  langfuse,
  openinference,
};
