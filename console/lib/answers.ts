import type { z } from 'zod';
import type { requestPage } from '../../src/admin/request-operations.ts';
import type { BodiesJson } from '../../src/admin/bodies-json.ts';
import type { RequestDetailJson } from '../../src/admin/request-detail-schema.ts';
import type { requestSchema } from '../../src/admin/request-json.ts';
import type { usageAnswer } from '../../src/admin/usage-operations.ts';
import type { GatewayStatus } from '../../src/context.ts';

/** What the admin API answers, in the types that its own schemas have. A page adds its own beside itself. */
export type Status = GatewayStatus;
export type Usage = z.output<typeof usageAnswer>;
export type RequestRow = z.output<typeof requestSchema>;
export type RequestPage = z.output<typeof requestPage>;
export type RequestDetail = RequestDetailJson;
export type RequestBodies = BodiesJson;
