// The document of the admin API is valid, and its examples are good ones.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApi } from '../../src/admin/openapi.ts';
import { OPERATIONS } from '../../src/admin/operations.ts';
import { brokenLinks } from '../docs/blocks.ts';

import { chatAnswer } from '../kit/replies.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { startStage, type Stage } from './stage.ts';

const DOCS = join(import.meta.dir, '../../docs');
const PAGE = readFileSync(join(DOCS, 'admin-api.md'), 'utf8');

let upstream: Upstream;
let stage: Stage;
beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  stage = await startStage(upstream, undefined);
});
afterAll(async () => {
  await stage.stop();
  await upstream.stop();
});

test('openapi.json is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(openApi());
  expect([valid, errors]).toEqual([true, undefined]);
  expect(validator.version).toBe('3.1');
});

test('the committed one, and that of a gateway, are the same', async () => {
  const committed: unknown = JSON.parse(readFileSync(join(DOCS, 'openapi.json'), 'utf8'));
  expect(committed).toEqual(openApi());
  expect((await stage.admin('GET', '/admin/openapi.json')).body).toEqual(committed);
});

test('every operation says whom it is for, and what it takes', () => {
  const { paths } = openApi() as {
    paths: Record<string, Record<string, { security: object[]; 'x-role': string; 'x-own-teams'?: true }>>;
  };
  for (const { path, method, role, ownTeams } of OPERATIONS) {
    const described = paths[path]?.[method.toLowerCase()];
    expect(described?.security).toEqual([
      role === 'member' ? { callerKey: [] } : { adminKey: [] },
      method === 'GET' ? { session: [] } : { session: [], csrfToken: [] },
    ]);
    expect([described?.['x-role'], described?.['x-own-teams']]).toEqual([role, ownTeams]);
  }
});

test('the page leads to what there is, and its examples do what it says', async () => {
  expect(brokenLinks(PAGE, DOCS)).toEqual([]);
  const examples = [
    ...PAGE.matchAll(/^curl -s(?: -X (\w+))? "http:\/\/127\.0\.0\.1:8765(\S+)" -H "[^"]+"(?:.* -d '(.*)')?$/gm),
  ];
  expect(examples.length).toBe(OPERATIONS.filter(({ path }) => path.startsWith('/admin')).length);
  // What takes something away comes last, and a team is there before its keys.
  const rank = ([, method, path = '']: RegExpExecArray): number =>
    method === 'DELETE'
      ? path.includes('keys')
        ? 3
        : 4
      : method === 'POST' && path === '/admin/teams'
        ? 0
        : method === 'POST' && path === '/admin/keys'
          ? 1
          : 2;
  let id = '';
  let key = '';
  for (const example of examples.toSorted((one, other) => rank(one) - rank(other))) {
    const [, method = 'GET', path = '', body] = example;
    // What there is none of here, has no end, or would leave the others without a backend: they have tests of their own.
    if (/\/requests\/\$ID|\/admin\/(?:backends\/|rehearsals|live)/.test(path)) continue;
    const ask = path.startsWith('/admin/me') ? stage.as(key) : stage.admin;
    const answer = await ask(method, path.replace('$ID', id), body === undefined ? {} : { body });
    expect([method, path, answer.status, answer.text.slice(0, 300)]).toEqual([
      method,
      path,
      method === 'POST' && (path === '/admin/keys' || path === '/admin/teams') ? 201 : 200,
      expect.anything(),
    ]);
    if (method === 'POST' && path === '/admin/keys') ({ id, key } = answer.body);
    if (path.endsWith('/rotate')) ({ key } = answer.body);
  }
});
