import { gatewayOperations } from './gateway-operations.ts';
import { auditOperations } from './audit-operations.ts';
import { LITELLM_OPERATIONS } from './litellm/operations.ts';
import { keyOperations } from './key-operations.ts';
import { teamOperations } from './team-operations.ts';
import type { Operation } from './operation.ts';
import { requestOperations } from './request-operations.ts';
import { usageOperations } from './usage-operations.ts';

/** Every operation of the admin API. Endpoints, validation and `openapi.json` come from this list. */
export const OPERATIONS: readonly Operation[] = [
  ...gatewayOperations,
  ...keyOperations,
  ...teamOperations,
  ...usageOperations,
  ...requestOperations,
  ...auditOperations,
  ...LITELLM_OPERATIONS,
];
