import { operation } from '../operation.ts';
import { filteredOf } from '../request-search.ts';
import { teamsSeen } from '../team-scope.ts';
import { liveQuery } from './live-schema.ts';
import { LiveStream } from './live-stream.ts';

/** What watches requests as they happen. */
export const liveOperations = [
  operation({
    id: 'watchRequests',
    method: 'GET',
    role: 'viewer',
    path: '/admin/live',
    ownTeams: true,
    summary:
      'Requests as they begin and end, as server-sent events: the last 200 first (`hello`), then what is new (`batch`).',
    query: liveQuery,
    produces: ['text/event-stream'],
    handle({ query, headers, scope }, context) {
      context.live.refuseIfFull();
      const filtered = filteredOf(query);
      const team = teamsSeen(scope, filtered.team);
      const asked = { query: { ...filtered, ...(team && { team }) }, lastEventId: headers['last-event-id'] };
      return { pieces: new LiveStream(asked, context), headers: HEADERS };
    },
  }),
];

/** `x-accel-buffering`: nginx hands it on at once. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};
