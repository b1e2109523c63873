import { bodiesJson, type BodiesJson } from '../../admin/bodies-json.ts';
import { whyNone } from '../../admin/body-operations.ts';
import { printable } from '../../lib/printable.ts';
import { unpacked } from '../../records/bodies/packed.ts';
import { readBodies } from '../../storage/read-bodies.ts';
import { openStoreToRead } from '../../storage/open-store.ts';
import { ACTOR } from '../access/with-access.ts';
import type { CommandLine } from '../command.ts';
import { withStore } from '../with-store.ts';
import { JSON_ROWS } from './flags.ts';

const DAY_MS = 86_400_000;

/** Prints the bodies of a request, and notes in the audit log that they were read. */
export async function printBodies(line: CommandLine): Promise<number> {
  const { secondArgument: id = '', flags, out, err } = line;
  return await withStore(
    line,
    async (store, config) => {
      const row = (await store.ledger.one(id)) ?? (await store.ledger.search({ traceId: id, limit: 1 })).rows[0];
      if (row === undefined) {
        err(printable(`there is no request ${id} in the ledger`));
        return 1;
      }
      const found = await readBodies(row.id, store, { actor: ACTOR, clientIp: undefined, at: Date.now() });
      if (found === undefined) {
        err(whyNone(row.id, row.bodies));
        return 1;
      }
      const keptUntil = (Math.floor(found.startedAt / DAY_MS) + config.ledger.keep_bodies_days + 1) * DAY_MS;
      const bodies = bodiesJson(row.id, await unpacked(found), keptUntil);
      if (flags.has(JSON_ROWS)) out(JSON.stringify(bodies));
      else for (const text of linesOf(bodies)) out(text);
      return 0;
    },
    openStoreToRead,
  );
}

type Request = BodiesJson['client']['request'];
type Answer = BodiesJson['client']['answer'];

/** For people: each message under a line that says whose it is. Nothing in them can move a terminal's cursor. */
function linesOf({ client, attempts }: BodiesJson): string[] {
  return [
    ...requestLines('the client sent', client.request),
    ...attempts.flatMap(({ index, backend, model, request, answer }) => {
      const where = `attempt ${index + 1}, ${backend}/${model}`;
      return [...requestLines(`${where}: sent`, request), ...answerLines(`${where}: answered`, answer)];
    }),
    ...answerLines('the client got', client.answer),
  ];
}

function requestLines(what: string, request: Request | null): string[] {
  if (request === null) return [`── ${what} nothing`, ''];
  return messageLines(what, `${request.method} ${request.path}`, request);
}

function answerLines(what: string, answer: Answer): string[] {
  return answer === null ? [`── ${what} nothing`, ''] : messageLines(what, String(answer.status), answer);
}

function messageLines(what: string, first: string, { headers, body, bytes, cut }: Omit<Request, 'method' | 'path'>) {
  const length = cut ? `${bytes} bytes, cut` : `${bytes} bytes`;
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const text = body === null ? [] : body.split('\n');
  return [`── ${what} (${length})`, first, ...fields, '', ...text, ''].map(printable);
}
