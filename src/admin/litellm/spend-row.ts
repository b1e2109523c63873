import type { LedgerRow } from '../../core/ledger-row.ts';
import type { Consumption } from '../../core/token-classes.ts';
import { usdNumber } from './spend.ts';
import { tagFieldsOf } from './tag-fields.ts';

/** A row of the ledger as one of LiteLLM's spend logs. */
export function spendRow(row: LedgerRow): Record<string, unknown> {
  const { tags, metadata } = tagFieldsOf(row.tags);
  const [input, output] = tokensOf(row.usage);
  const start = row.ttftMs === undefined ? undefined : row.startedAt + row.ttftMs;
  return {
    request_id: row.id,
    call_type: row.endpoint ?? '',
    api_key: row.keyId ?? row.caller ?? '',
    spend: usdNumber(row.nanoUsd ?? 0),
    total_tokens: input + output,
    prompt_tokens: input,
    completion_tokens: output,
    startTime: isoOf(row.startedAt),
    endTime: isoOf(row.startedAt + row.durationMs),
    completionStartTime: start === undefined ? null : isoOf(start),
    request_duration_ms: Math.round(row.durationMs),
    model: row.model ?? row.alias ?? '',
    model_id: row.backend ?? '',
    model_group: row.alias ?? '',
    custom_llm_provider: row.backend ?? '',
    user: row.owner ?? '',
    end_user: row.endUser ?? '',
    team_id: row.team ?? '',
    session_id: row.session ?? null,
    metadata: { ...metadata, user_api_key_alias: row.caller ?? null, user_api_key_team_id: row.team ?? null },
    request_tags: tags,
    cache_hit: row.cache ?? 'False',
    cache_key: '',
    requester_ip_address: row.clientIp,
    status: row.status < 400 ? 'success' : 'failure',
  };
}

/** Input and output, in which LiteLLM counts cached and thought ones as well. */
function tokensOf(usage: Consumption | undefined): readonly [input: number, output: number] {
  if (usage === undefined) return [0, 0];
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, audioIn, imageIn } = usage;
  const { output, reasoning, audioOut, imageOut } = usage;
  return [
    input + cacheRead + cacheWrite5m + cacheWrite1h + audioIn + imageIn,
    output + reasoning + audioOut + imageOut,
  ];
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
