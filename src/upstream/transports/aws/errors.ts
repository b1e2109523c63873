import { asString, parseObject } from '../../../lib/json.ts';
import { anthropicErrorType } from '../anthropic-error.ts';

/** An error of Bedrock in the words of Anthropic's API. */
export interface BedrockError {
  readonly type: string;
  /** Undefined: the one that it came with. */
  readonly status: number | undefined;
}

/** By the exception's name, its first letter small, as it is in streams: 429s among them come with other statuses. */
const ERRORS: ReadonlyMap<string, BedrockError> = new Map(
  Object.entries<[type: string, status?: number]>({
    throttlingException: ['rate_limit_error', 429],
    serviceQuotaExceededException: ['rate_limit_error', 429],
    modelNotReadyException: ['overloaded_error', 529],
    serviceUnavailableException: ['overloaded_error', 529],
    internalServerException: ['api_error', 500],
    modelErrorException: ['api_error', 500],
    modelStreamErrorException: ['api_error', 500],
    modelTimeoutException: ['timeout_error', 504],
    validationException: ['invalid_request_error', 400],
    conflictException: ['invalid_request_error', 400],
    accessDeniedException: ['permission_error', 403],
    unrecognizedClientException: ['authentication_error', 401],
    invalidSignatureException: ['authentication_error', 401],
    incompleteSignatureException: ['authentication_error', 401],
    missingAuthenticationTokenException: ['authentication_error', 401],
    expiredTokenException: ['authentication_error', 401],
    resourceNotFoundException: ['not_found_error', 404],
  }).map(([name, [type, status]]) => [name, { type, status }]),
);

/** What an exception means. AWS writes `ThrottlingException:http://…` in headers and `throttlingException` in streams. */
export function bedrockError(exception: string | undefined, status?: number): BedrockError {
  const name = exception?.split(':', 1)[0]?.split('#').at(-1) ?? '';
  const known = ERRORS.get(name.charAt(0).toLowerCase() + name.slice(1));
  return known ?? { type: anthropicErrorType(status ?? 500), status: undefined };
}

/** What an error of AWS says: `{"message": …}`, with a capital from some services. */
export function messageOf(body: string): string {
  const object = parseObject(body);
  return asString(object?.['message']) ?? asString(object?.['Message']) ?? 'Amazon Bedrock gave no reason.';
}
