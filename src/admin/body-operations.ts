import type { LedgerRow } from '../core/ledger-row.ts';
import type { JsonAnswer } from '../core/local-answer.ts';
import { Refusal } from '../core/refusal.ts';
import { unpacked } from '../records/bodies/packed.ts';
import { readBodies } from '../storage/read-bodies.ts';
import type { Store } from '../storage/store.ts';
import type { AdminContext } from './admin-context.ts';
import { bodiesJson, bodiesSchema } from './bodies-json.ts';
import { operation, type RawCall } from './operation.ts';
import { noRequest, rowOf } from './request-operations.ts';
import { storeOf } from './store-of.ts';

const DAY_MS = 86_400_000;

/** What requests and answers had in them, where that is kept. */
export const bodyOperations = [
  operation({
    id: 'getRequestBodies',
    method: 'GET',
    path: '/admin/requests/{id}/bodies',
    role: 'operator',
    summary:
      'What the client sent, what each backend was sent and answered, and what the client got, where `log_bodies` of the key or the alias has it kept. Every reading is in the audit log.',
    answer: bodiesSchema,
    async handle(call, context) {
      const { id = '' } = call.names;
      const store = await storeOf(context);
      return await bodiesOf((await rowOf(id, store.ledger)) ?? noRequest(id), store, call, context);
    },
  }),
];

/** The bodies of a request for whoever may see them. Throws the Refusal that says why there are none. */
export async function bodiesOf(
  { id, bodies }: LedgerRow,
  store: Store,
  { actor: { caller, clientIp } }: Pick<RawCall, 'actor'>,
  { clock, config }: Pick<AdminContext, 'clock' | 'config'>,
): Promise<JsonAnswer> {
  const found = await readBodies(id, store, { actor: caller, clientIp, at: clock.wallNow() });
  if (found === undefined) throw new Refusal('not_found', whyNone(id, bodies));
  const keptDays = config().ledger.keep_bodies_days;
  const keptUntil = (Math.floor(found.startedAt / DAY_MS) + keptDays + 1) * DAY_MS;
  return { body: bodiesJson(id, await unpacked(found), keptUntil) };
}

/** Why no bodies of a request are kept, and what to do about it. */
export function whyNone(id: string, state: string | undefined): string {
  if (state === 'kept')
    return `The bodies of the request \`${id}\` are not there any more: they are older than \`ledger.keep_bodies_days\`, or the gateway was ended before the database had them.`;
  if (state === 'left_out')
    return `The bodies of the request \`${id}\` were left out, for there was no memory for them. Raise \`server.max_buffered_mb\`, of which they may take a quarter, or see whether the database keeps up.`;
  return `No bodies of the request \`${id}\` were kept. Set \`log_bodies\` of its key or its alias to \`all\`, or to \`errors\` for those that fail.`;
}
