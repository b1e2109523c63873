import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { Refusal } from '../core/refusal.ts';
import type { AdminContext } from './admin-context.ts';
import { openApi } from './openapi.ts';
import { operation, type Operation, type RawCall } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { pathsOf } from './paths.ts';

const create = operation({
  id: 'createThing',
  role: 'admin',
  method: 'POST',
  path: '/admin/things/{id}/parts',
  summary: 'Makes a thing.',
  status: 201,
  query: z.strictObject({ limit: z.coerce.number().int().min(1).optional() }),
  body: z.strictObject({ name: z.string().min(1), parts: z.array(z.strictObject({ usd: z.number().min(0) })) }),
  answer: z.object({ id: z.string() }),
  handle: ({ names, body, query }) => ({ body: { id: names['id'], name: body.name, limit: query.limit }, status: 201 }),
});

const none = undefined as unknown as AdminContext;

function called(call: Partial<RawCall>, of: Operation = create): unknown {
  const actor = { caller: 'admin', clientIp: '127.0.0.1' };
  return of.run(
    { operation: of.id, names: {}, query: {}, body: undefined, headers: {}, actor, role: 'admin', ...call },
    none,
  );
}

function refusalOf(call: Partial<RawCall>): Refusal {
  try {
    called(call);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('an operation', () => {
  test('gets what its schemas make of the call', () => {
    const body = { name: 'n', parts: [{ usd: 1 }] };
    expect(called({ names: { id: 'x' }, query: { limit: '3' }, body })).toEqual({
      body: { id: 'x', name: 'n', limit: 3 },
      status: 201,
    });
  });

  test('refuses a body with every finding at its place', () => {
    const refusal = refusalOf({ body: { nmae: 'n', parts: [{ usd: -1 }] } });
    expect(refusal.status).toBe(400);
    expect(refusal.message).toContain('nmae: unknown key "nmae" (did you mean "name"?)');
    expect(refusal.message).toContain('parts[0].usd: ');
    expect(refusal.message).toContain('name: is missing');
  });

  test('refuses a query field that it does not know', () => {
    const refusal = refusalOf({ query: { limti: '3' }, body: { name: 'n', parts: [] } });
    expect(refusal.message).toBe('limti: unknown key "limti" (did you mean "limit"?).');
    expect(refusal.details.param).toBe('limti');
  });

  test('refuses a body where there is to be none', () => {
    const list = operation({
      ...create,
      id: 'x',
      body: undefined,
      query: undefined,
      handle: () => ({ body: {} }),
    } as never);
    expect(() => called({ body: {} }, list)).toThrow('This takes no body.');
  });
});

describe('paths', () => {
  test('have names in their places, and nothing else there', () => {
    const [path] = pathsOf([create]);
    expect(path?.namesIn('/admin/things/a-1.x_y~z/parts')).toEqual({ id: 'a-1.x_y~z' });
    for (const wrong of [
      '/admin/things//parts',
      '/admin/things/a/b/parts',
      '/admin/things/a%2Fb/parts',
      '/admin/things/a',
    ])
      expect(path?.namesIn(wrong)).toBeUndefined();
  });
});

describe('openapi.json', () => {
  test('has every operation, with the schemas that calls are checked by', () => {
    const { paths } = openApi([create]) as { paths: Record<string, Record<string, unknown>> };
    expect(paths['/admin/things/{id}/parts']?.['post']).toMatchObject({
      operationId: 'createThing',
      parameters: [
        { name: 'id', in: 'path', required: true },
        { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1 } },
      ],
      requestBody: { content: { 'application/json': { schema: { type: 'object', required: ['name', 'parts'] } } } },
      responses: { 201: { content: { 'application/json': {} } } },
    });
  });

  test('gives each operation an id of its own', () => {
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
  });
});
