/**
 * The name under which prices have a tool that a provider runs: `web_search` for OpenAI's `web_search_preview` and
 * `web_search_call`, Anthropic's `web_search_requests` and `web_search_20250305`, Google's `googleSearch`.
 */
export function toolName(called: string): string {
  const name = called
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/_(?:requests?|calls?|tool)$/, '')
    .replace(/_20\d{6}$/, '')
    .replace(/_preview(?:_\d{4}_\d\d_\d\d)?$/, '');
  return SAME[name] ?? name;
}

/** Other names of a tool. */
const SAME: Readonly<Record<string, string>> = {
  google_search: 'web_search',
  google_search_retrieval: 'web_search',
  grounding: 'web_search',
  code_interpreter_session: 'code_interpreter',
};
