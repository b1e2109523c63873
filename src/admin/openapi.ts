import { z } from 'zod';
import { VERSION } from '../lib/version.ts';
import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the admin API, made from the schemas that its calls are checked by. */
export function openApi(operations: readonly Operation[] = OPERATIONS): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'llm-proxy admin API', version: VERSION },
    paths,
    components: {
      securitySchemes: {
        adminKey: { type: 'http', scheme: 'bearer', description: '`admin.api_key` of the config.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-llm-proxy',
          description:
            'The session of who is signed in to the console (`llm-proxy` over plain http). `x-role` is the least role that it needs: admin, operator, viewer (each may what the next may); member: with a key of its own; everyone. With `x-own-teams` a team_admin may call it too, and meets its own teams and those below alone.',
        },
        csrfToken: {
          type: 'apiKey',
          in: 'header',
          name: 'x-csrf-token',
          description: '`csrf_token` of `GET /console/session`, for a session and every method but GET.',
        },
        callerKey: { type: 'http', scheme: 'bearer', description: '`proxy_api_key`, or the key of a caller.' },
      },
      schemas: { Error: ERROR },
    },
  };
}

/** What changes something needs the token as well. */
const SESSION = { session: [], csrfToken: [] };

const ERROR = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        code: { type: 'string', description: 'One of docs/errors.md.' },
        param: { type: ['string', 'null'] },
      },
      required: ['message', 'type', 'code', 'param'],
    },
  },
  required: ['error'],
};

function describe(operation: Operation): Json {
  const { id, summary, path, query, role, ownTeams, method, headers = [], takes, body = takes } = operation;
  return {
    operationId: id,
    summary,
    security: [role === 'member' ? { callerKey: [] } : { adminKey: [] }, method === 'GET' ? { session: [] } : SESSION],
    'x-role': role,
    ...(ownTeams === true ? { 'x-own-teams': true } : {}),
    parameters: [...pathParameters(path), ...queryParameters(query), ...headers.map((name) => HEADERS[name])],
    ...(body === undefined ? {} : { requestBody: { content: jsonOf(schemaOf(takes ?? body, 'input')) } }),
    responses: responsesOf(operation),
  };
}

function responsesOf({ answer, status = 200, produces = [], failures = {} }: Operation): Json {
  const files = Object.fromEntries(produces.map((type) => [type, {}]));
  const failed: Json = {};
  for (const [code, schema] of Object.entries(failures))
    failed[code] = { description: 'Not done: the answer says why.', content: jsonOf(schemaOf(schema, 'output')) };
  return {
    [status]: {
      description: 'Done.',
      content: { ...(answer === undefined ? {} : jsonOf(schemaOf(answer, 'output'))), ...files },
    },
    ...failed,
    default: {
      description: 'Refused: the error says why and what to do.',
      content: jsonOf({ $ref: '#/components/schemas/Error' }),
    },
  };
}

function jsonOf(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** Headers of a request that change what is done. */
const HEADERS = {
  'if-match': {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The `ETag` of the answer before: 412 `changed_meanwhile` where it was changed since then.',
    schema: { type: 'string' },
  },
  'idempotency-key': {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Makes the change once however often it is sent: the first answer is given again for a day.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
} as const;

function pathParameters(path: string): Json[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as Json;
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
