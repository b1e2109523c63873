/** Where time comes from, so that tests can hold it still. Both in milliseconds. */
export interface Clock {
  /** Since the epoch; for log lines and for what is shown to people. */
  wallNow(): number;
  /** Monotonic; for every duration and deadline. */
  now(): number;
  /** Runs `task` once after `delayMs`; returns what cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

/** Node and browsers treat a longer `setTimeout` delay as 1 ms. */
const MAX_TIMER_MS = 0x7fffffff;

/** The real clock. */
export const systemClock: Clock = {
  wallNow: () => Date.now(),
  now: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, Math.min(delayMs, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
