import { z } from 'zod';
import type { Caller } from '../core/caller.ts';
import type { Method } from '../core/exchange.ts';
import type { LocalAnswer } from '../core/local-answer.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import type { Role } from '../core/role.ts';
import type { LeastRole } from './roles.ts';
import type { TeamScope } from './team-scope.ts';
import type { AdminContext } from './admin-context.ts';
import { queryProblem, bodyProblem } from './problem.ts';

/** Who does something, for the audit log. */
export interface Actor {
  readonly caller: string;
  readonly clientIp: string;
}

/** A call of an operation, as the client made it. */
export interface RawCall {
  /** The operation's id. */
  readonly operation: string;
  /** What stands in the place of each `{name}` of the path. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined where the request has no body. */
  readonly body: unknown;
  readonly headers: HeaderFields;
  /** Whom the request's key stands for; undefined: the gateway does not say. */
  readonly caller?: Caller | undefined;
  readonly actor: Actor;
  readonly role: Role;
  /** The teams that it may see and change; undefined: all. */
  readonly scope?: TeamScope | undefined;
}

/** The same, with query and body as the operation's schemas make them. */
export interface Call<Query, Body> extends Omit<RawCall, 'query' | 'body'> {
  /** The id of the operation. */
  readonly operation: string;
  readonly query: Query;
  readonly body: Body;
}

/** What an operation is, in the words of its page in the documentation. */
interface Description {
  /** `operationId` of OpenAPI: unique, a verb and a noun. */
  readonly id: string;
  readonly method: Exclude<Method, 'HEAD'>;
  /** With `{name}` for each segment that is a name. */
  readonly path: string;
  /** One sentence. */
  readonly summary: string;
  /** Of a good answer; 200 unless told. */
  readonly status?: number;
  /** The least role that may call it. */
  readonly role: LeastRole;
  /** A `team_admin` may call it as well: it answers of the teams in the call's `scope` alone, and changes no other. */
  readonly ownTeams?: true;
  /** It changes nothing, though its method is not GET: it is answered with `admin.read_only`. */
  readonly changesNothing?: true;
  /** Headers of a request that mean something here. */
  readonly headers?: readonly ('if-match' | 'idempotency-key')[];
  /** What a good answer is; undefined: a file of one of the types that it `produces`. */
  readonly answer?: z.ZodType;
  /** The content types of an answer that is not JSON. */
  readonly produces?: readonly string[];
  /** Answers that say what is wrong otherwise than with an error, by their status. */
  readonly failures?: Readonly<Record<number, z.ZodType>>;
}

/** One operation of the admin API, its call not yet parsed. */
export interface Operation extends Description {
  readonly query: z.ZodObject;
  /** Undefined: it takes no body. */
  readonly body: z.ZodType | undefined;
  /** What the body is, where others check it: `handle` gets it as it came. */
  readonly takes?: z.ZodType;
  /** Throws a Refusal for a call that its schemas do not allow, or that cannot be done. */
  run(call: RawCall, context: AdminContext): LocalAnswer | Promise<LocalAnswer>;
}

/** What an operation is written as: schemas, and a function of what they make of a call. */
interface Definition<Query extends z.ZodObject, Body extends z.ZodType> extends Description {
  readonly query?: Query;
  readonly body?: Body;
  readonly takes?: z.ZodType;
  readonly handle: (
    call: Call<z.output<Query>, z.output<Body>>,
    context: AdminContext,
  ) => LocalAnswer | Promise<LocalAnswer>;
}

const NO_QUERY = z.strictObject({});

/** Makes an operation of its definition: types, validation and documentation come from the same schemas. */
export function operation<Query extends z.ZodObject = typeof NO_QUERY, Body extends z.ZodType = z.ZodUndefined>(
  definition: Definition<Query, Body>,
): Operation {
  const { query = NO_QUERY, body, handle, ...rest } = definition;
  return {
    ...rest,
    query,
    body,
    run(call, context) {
      const parsedQuery = query.safeParse(call.query, { reportInput: true });
      if (!parsedQuery.success) throw queryProblem(parsedQuery.error, query);
      const parsedBody = (body ?? (definition.takes === undefined ? z.undefined() : z.unknown())).safeParse(call.body, {
        reportInput: true,
      });
      if (!parsedBody.success) throw bodyProblem(parsedBody.error, body);
      return handle(
        {
          ...call,
          operation: rest.id,
          query: parsedQuery.data as z.output<Query>,
          body: parsedBody.data as z.output<Body>,
        },
        context,
      );
    },
  };
}
