import { auditOperations } from './audit-operations.ts';
import { bodyOperations } from './body-operations.ts';
import { budgetOperations } from './budget-operations.ts';
import { configOperations } from './config-operations.ts';
import { gatewayOperations } from './gateway-operations.ts';
import { LITELLM_OPERATIONS } from './litellm/operations.ts';
import { liveOperations } from './live/live-operations.ts';
import { overviewOperations } from './overview/overview-operations.ts';
import { keyOperations } from './key-operations.ts';
import { teamOperations } from './team-operations.ts';
import type { Operation } from './operation.ts';
import { ownOperations } from './own-operations.ts';
import { priceOperations } from './price-operations.ts';
import { requestOperations } from './request-operations.ts';
import { explainOperation } from './routing/explain-operation.ts';
import { routesOperation } from './routing/routes-operation.ts';
import { steeringOperations } from './routing/steering-operations.ts';
import { usageOperations } from './usage-operations.ts';

/** Every operation of the admin API. Endpoints, validation and `openapi.json` come from this list. */
export const OPERATIONS: readonly Operation[] = [
  ...gatewayOperations,
  ...overviewOperations,
  routesOperation,
  explainOperation,
  ...steeringOperations,
  ...configOperations,
  ...keyOperations,
  ...teamOperations,
  ...budgetOperations,
  ...priceOperations,
  ...usageOperations,
  ...requestOperations,
  ...liveOperations,
  ...bodyOperations,
  ...auditOperations,
  ...ownOperations,
  ...LITELLM_OPERATIONS,
];
