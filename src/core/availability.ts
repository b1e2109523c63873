import type { BackendLive } from './backend-live.ts';

/** A backend that a request can be sent to; `full` if all it could be sent to are; undefined if there is none to wait for. */
export type Availability = BackendLive | 'full' | undefined;
