const DEFAULT_URL = 'http://127.0.0.1:8765';
const TIMEOUT_MS = 5000;

/** `llm-proxy health`: asks a running gateway whether it lives, as a container's health check does; the exit code. */
export async function health(url: string | undefined, err: (line: string) => void): Promise<number> {
  const target = `${(url ?? DEFAULT_URL).replace(/\/+$/, '')}/health`;
  try {
    const response = await fetch(target, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) return 0;
    err(`${target} answered ${response.status}`);
  } catch (error) {
    err(`${target} does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
  return 1;
}
