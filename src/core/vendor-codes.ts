/** The status that a code stands for where only the form of the error tells whose code it is. */
export interface VendorCode {
  readonly status: number;
  /** A word of `error-codes.ts`, where no status says what it is. */
  readonly type?: string;
}

/**
 * MiniMax's `base_resp.status_code`; 0 is success. https://platform.minimax.io/docs/api-reference/errorcode (2026-11-29).
 * Unlisted codes are the server's fault.
 */
export const BASE_RESP_CODES: ReadonlyMap<number, VendorCode> = new Map<number, VendorCode>([
  [1000, { status: 500 }],
  [1001, { status: 504 }],
  [1002, { status: 429 }],
  [1004, { status: 401 }],
  [1008, { status: 402, type: 'insufficient_balance' }],
  [1013, { status: 500 }],
  [1024, { status: 500 }],
  [1026, { status: 400, type: 'content_filter' }],
  [1027, { status: 400, type: 'content_filter' }],
  [1028, { status: 402, type: 'insufficient_balance' }],
  [1030, { status: 402, type: 'insufficient_balance' }],
  [1033, { status: 500 }],
  // Tokens of a minute, not of a conversation: "retry later" is the advice.
  [1039, { status: 429 }],
  [1041, { status: 429 }],
  [1042, { status: 400 }],
  [2013, { status: 400 }],
  [2042, { status: 403 }],
  [2045, { status: 429 }],
  [2049, { status: 401 }],
  [2056, { status: 429, type: 'insufficient_quota' }],
  [2061, { status: 403 }],
]);

/**
 * Codes that vendors write as words outside OpenAI's `error`: AWS's exceptions
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors) and
 * Alibaba's codes (https://www.alibabacloud.com/help/en/model-studio/error-code).
 */
const WORDED_CODES: ReadonlyMap<string, VendorCode> = new Map<string, VendorCode>(
  Object.entries({
    ThrottlingException: { status: 429 },
    TooManyRequestsException: { status: 429 },
    ServiceQuotaExceededException: { status: 429 },
    AccessDeniedException: { status: 403 },
    UnrecognizedClientException: { status: 401 },
    InvalidSignatureException: { status: 401 },
    ExpiredTokenException: { status: 401 },
    MissingAuthenticationTokenException: { status: 401 },
    ValidationException: { status: 400 },
    ResourceNotFoundException: { status: 404 },
    UnknownOperationException: { status: 404 },
    ModelNotReadyException: { status: 503 },
    ModelTimeoutException: { status: 408 },
    ModelErrorException: { status: 500 },
    ModelStreamErrorException: { status: 500 },
    InternalServerException: { status: 500 },
    InternalFailure: { status: 500 },
    ServiceUnavailableException: { status: 503 },
    Throttling: { status: 429 },
    LimitRequests: { status: 429 },
    PrepaidBillOverdue: { status: 402 },
    PostpaidBillOverdue: { status: 402 },
    Arrearage: { status: 402 },
    InvalidApiKey: { status: 401 },
    AccessDenied: { status: 403 },
    Model: { status: 403 },
    ModelNotFound: { status: 404 },
    InvalidParameter: { status: 400 },
    DataInspectionFailed: { status: 400, type: 'content_filter' },
    data_inspection_failed: { status: 400, type: 'content_filter' },
    InternalError: { status: 500 },
    ServiceUnavailable: { status: 503 },
    RequestTimeOut: { status: 504 },
  } satisfies Record<string, VendorCode>),
);

/** Cloudflare's numbers, in the list `errors`. https://developers.cloudflare.com/workers-ai/platform/errors/ */
export const CLOUDFLARE_CODES: ReadonlyMap<string, VendorCode> = new Map<string, VendorCode>([
  ['10000', { status: 401 }],
  ['3007', { status: 408 }],
  ['3036', { status: 429 }],
  ['3040', { status: 429 }],
  ['3042', { status: 404 }],
  ['5004', { status: 400 }],
  ['5007', { status: 404 }],
]);

/** What a code means that a vendor writes as words; what stands before a `.` is enough (`Throttling.RateQuota`). */
export function wordedCode(code: string): VendorCode | undefined {
  const dot = code.indexOf('.');
  return WORDED_CODES.get(code) ?? (dot === -1 ? undefined : WORDED_CODES.get(code.slice(0, dot)));
}
