/**
 * Calls `work` now and then `ms` after each time that it is done; never twice at once, and not while nobody sees the page.
 * Returns what stops it.
 */
export function poll(ms: number, work: () => Promise<unknown>): () => void {
  const leave = new AbortController();
  const { signal } = leave;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;
  const wait = (): void => {
    isRunning = false;
    if (!signal.aborted) timer = setTimeout(run, ms);
  };
  const run = (): void => {
    if (isRunning || document.hidden) return;
    clearTimeout(timer);
    isRunning = true;
    void work().finally(wait);
  };
  document.addEventListener('visibilitychange', run, { signal });
  run();
  return () => {
    leave.abort();
    clearTimeout(timer);
  };
}
