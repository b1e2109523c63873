import { gatewayOperations } from './gateway-operations.ts';
import type { Operation } from './operation.ts';

/** Every operation of the admin API. Endpoints, validation and `openapi.json` come from this list. */
export const OPERATIONS: readonly Operation[] = [...gatewayOperations];
