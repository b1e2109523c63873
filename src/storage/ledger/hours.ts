/** Roll-ups are of whole hours and whole days since the epoch, in UTC. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
