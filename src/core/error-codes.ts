import type { FailureKind } from './failure.ts';
import { wordedCode } from './vendor-codes.ts';

/** What a code or a type says. */
export interface CodeMeaning {
  /** What it stands for inside a 2xx answer, and where its kind is another than the status says. */
  readonly status: number;
  /** The row of the failure table, where the status does not tell. */
  readonly kind?: FailureKind;
  /** The statuses that it corrects. */
  readonly insteadOf?: readonly number[];
}

/** What a code or a type of any dialect or vendor means; undefined for one that says nothing by itself. */
export function meaningOf(code: string): CodeMeaning | undefined {
  return MEANINGS.get(code) ?? meaningOfWorded(code);
}

/** The same of the codes that vendors write as words. */
function meaningOfWorded(code: string): CodeMeaning | undefined {
  const found = wordedCode(code);
  if (found === undefined) return undefined;
  return MEANINGS.get(found.type ?? '') ?? { status: found.status };
}

const tooLong: CodeMeaning = { status: 400, kind: 'context_length' };
const filtered: CodeMeaning = { status: 400, kind: 'content_filter' };
const overloaded: CodeMeaning = { status: 503, kind: 'overloaded' };
/** The account may not go on: no credit, no quota, a budget that is used up. */
const noCredit: CodeMeaning = { status: 402, kind: 'refused' };
/** The account may not do this at all. */
const barred: CodeMeaning = { status: 403, kind: 'refused' };

const MEANINGS: ReadonlyMap<string, CodeMeaning> = new Map<string, CodeMeaning>(
  Object.entries({
    // OpenAI and those that are compatible. Groq says 413 of a request that is over its tokens a minute.
    rate_limit_exceeded: { status: 429, insteadOf: [413] },
    too_many_requests: { status: 429 },
    insufficient_quota: noCredit,
    billing_hard_limit_reached: noCredit,
    billing_not_active: noCredit,
    credit_balance_exhausted: noCredit,
    organization_spend_limit_exceeded: noCredit,
    organization_usage_limit_exceeded: noCredit,
    project_spend_limit_exceeded: noCredit,
    server_is_overloaded: overloaded,
    server_overloaded: overloaded,
    slow_down: overloaded,
    service_unavailable: { status: 503 },
    context_length_exceeded: tooLong,
    context_window_exceeded: tooLong,
    content_filter: filtered,
    content_policy_violation: filtered,
    ResponsibleAIPolicyViolation: filtered,
    moderation_blocked: filtered,
    invalid_api_key: { status: 401 },
    model_not_found: { status: 404 },
    // Another backend may be the one that keeps it.
    previous_response_not_found: { status: 404, kind: 'bad_request', insteadOf: [400] },
    // Anthropic
    invalid_request_error: { status: 400 },
    authentication_error: { status: 401 },
    billing_error: { status: 402 },
    contract_spend_limit_reached: noCredit,
    enforced_spend_limit_reached: noCredit,
    permission_error: { status: 403 },
    not_found_error: { status: 404 },
    request_too_large: { status: 413 },
    rate_limit_error: { status: 429 },
    api_error: { status: 500 },
    timeout_error: { status: 504 },
    overloaded_error: overloaded,
    model_context_window_exceeded: tooLong,
    // Google
    INVALID_ARGUMENT: { status: 400 },
    UNAUTHENTICATED: { status: 401 },
    PERMISSION_DENIED: { status: 403 },
    NOT_FOUND: { status: 404 },
    RESOURCE_EXHAUSTED: { status: 429 },
    UNAVAILABLE: { status: 503 },
    DEADLINE_EXCEEDED: { status: 504 },
    // Google answers a bad key with 400.
    API_KEY_INVALID: { status: 401, insteadOf: [400] },
    // llama.cpp, xAI, GitHub Models, Copilot, LiteLLM
    exceed_context_size_error: tooLong,
    input_too_large: tooLong,
    tokens_limit_reached: tooLong,
    model_max_prompt_tokens_exceeded: tooLong,
    ContextWindowExceededError: tooLong,
    budget_exceeded: noCredit,
    // OpenRouter: `metadata.error_type`
    payment_required: noCredit,
    provider_overloaded: overloaded,
    provider_unavailable: { status: 503 },
    // Groq: https://console.groq.com/docs/spend-limits, https://console.groq.com/docs/errors (498)
    blocked_api_access: noCredit,
    organization_restricted: barred,
    capacity_exceeded: overloaded,
    // Cerebras
    queue_exceeded: overloaded,
    request_quota_exceeded: { status: 429 },
    token_quota_exceeded: { status: 429 },
    // Perplexity: https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar
    request_rate_limit_exceeded: { status: 429 },
    // Moonshot: https://platform.moonshot.ai/docs/api/chat
    exceeded_current_quota_error: noCredit,
    engine_overloaded_error: overloaded,
    rate_limit_reached_error: { status: 429 },
    // Qwen: https://www.alibabacloud.com/help/en/model-studio/error-code
    Arrearage: noCredit,
    'AllocationQuota.FreeTierOnly': noCredit,
    ModelServingError: overloaded,
    ModelUnavailable: overloaded,
    limit_requests: { status: 429 },
    // MiniMax: https://platform.minimax.io/docs/api-reference/errorcode
    insufficient_balance_error: noCredit,
    // Together, one-api and others that resell
    credit_limit: noCredit,
    insufficient_balance: noCredit,
    insufficient_credits: noCredit,
    insufficient_user_quota: noCredit,
    model_overloaded: overloaded,
    model_rate_limit: { status: 429 },
    overloaded: overloaded,
    // Zhipu: https://docs.bigmodel.cn/cn/api/api-code
    '1112': barred,
    '1113': noCredit,
    '1261': tooLong,
    '1301': filtered,
    '1305': overloaded,
    '1308': noCredit,
    '1309': noCredit,
    '1310': noCredit,
    '1312': overloaded,
    // Baidu: https://cloud.baidu.com/doc/qianfan-api/s/Om9b4yj3w
    tokens_too_long: tooLong,
    characters_too_long: tooLong,
    // Volcengine: https://www.volcengine.com/docs/82379/1299023
    OutofContextError: tooLong,
    InvalidSubscription: noCredit,
    // SiliconFlow: https://docs.siliconflow.cn/en/faqs/error-code
    '30001': noCredit,
    '50505': overloaded,
    // Mistral
    '3505': overloaded,
  } satisfies Record<string, CodeMeaning>),
);
