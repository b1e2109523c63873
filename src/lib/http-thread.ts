/**
 * For where a proxy is named: starts the thread on which Bun's `fetch` does its work, before anybody can use up the files that it opens: a first
 * `fetch` without room for them ends the process. Nothing listens on port 1, and nothing is sent.
 */
export function startHttpThread(): void {
  fetch.preconnect('http://127.0.0.1:1');
}
