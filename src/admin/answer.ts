import { acceptBytes } from '../admission/accept.ts';
import type { AdminApi } from '../context.ts';
import type { Exchange } from '../core/exchange.ts';
import type { LocalAnswer } from '../core/local-answer.ts';
import { Refusal } from '../core/refusal.ts';
import type { AdminContext, AdminTools } from './admin-context.ts';
import { LiveListeners } from './live/live-listeners.ts';
import type { Operation } from './operation.ts';
import { pathsOf } from './paths.ts';
import { checkCall } from './roles.ts';
import { refusalOfStore } from './store-of.ts';
import { TeamScope } from './team-scope.ts';
import { WhileAdmitted } from './while-admitted.ts';

const PATHS = pathsOf();

/** The admin API, with what its operations know beyond what every request works with. */
export function createAdmin(tools: AdminTools): AdminApi {
  const live = new LiveListeners(tools.recent);
  return { answer: (exchange, context) => answerAdmin(exchange, { ...context, ...tools, live }) };
}

/** Answers a request which its caller was let in to. Throws a Refusal for what cannot be done. */
async function answerAdmin(exchange: Exchange, context: AdminContext): Promise<LocalAnswer> {
  const { operation, names } = operationOf(exchange);
  const { endpoint, clientIp, caller } = exchange;
  const session = caller?.session;
  // Keys were judged where requests are let in: the admin key opens everything but the pages of callers.
  const role = session?.role ?? (endpoint?.auth === 'caller' ? 'member' : 'admin');
  checkCall(role, operation, context.snapshot.signIn.isReadOnly);
  await acceptBytes(exchange, context);
  const text = exchange.body?.text ?? '';
  const call = {
    operation: operation.id,
    names,
    query: Object.fromEntries(new URLSearchParams(exchange.query)),
    body: text === '' ? undefined : parsed(text),
    headers: exchange.headers,
    caller,
    actor: { caller: session?.actor ?? caller?.name ?? 'anonymous', clientIp },
    role,
    scope: role === 'team_admin' ? new TeamScope(session?.teams ?? [], context.callers.teams) : undefined,
  };
  try {
    const seen = contextSeen(exchange, context);
    const answer = await operation.run(call, seen);
    return 'pieces' in answer ? { ...answer, pieces: new WhileAdmitted(answer.pieces, exchange, call, seen) } : answer;
  } catch (error) {
    throw refusalOfStore(error) ?? error;
  }
}

/** Says that whoever asks does not want to see what a demo has made up. */
const HIDES_HISTORY = 'x-llm-proxy-demo-history';

/** What a call works with: without the history of a demo, where that is to be hidden. */
function contextSeen({ headers }: Exchange, context: AdminContext): AdminContext {
  const recent = headers[HIDES_HISTORY] === 'hide' ? context.recent.withoutHistory : undefined;
  return recent === undefined ? context : { ...context, recent, hidesHistory: true };
}

function operationOf({ path, method }: Exchange): { operation: Operation; names: Readonly<Record<string, string>> } {
  for (const each of PATHS) {
    const names = each.namesIn(path);
    const operation = names === undefined ? undefined : each.byMethod.get(method === 'HEAD' ? 'GET' : method);
    if (names !== undefined && operation !== undefined) return { operation, names };
  }
  throw new Error(`${method} ${path} is no operation of the admin API`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('invalid_json', 'The body is not JSON. Send valid JSON, UTF-8 encoded.', { param: 'body' });
  }
}
