// docs/errors.md says of each failure what follows from it with the default config.
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStatusRanges } from '../../src/config/status-ranges.ts';
import { configSchema } from '../../src/config/schema.ts';
import { classifyAnswer } from '../../src/core/classify.ts';

const page = readFileSync(join(import.meta.dir, '../../docs/errors.md'), 'utf8');
/** Codes of the gateway's own may have the same names. */
const failures = page.slice(page.indexOf('## Failures of an attempt'));
const { error_codes: codes } = configSchema.parse({}).detection;
const byDefault = { statuses: parseStatusRanges(codes), patterns: [] };

test.each([
  [400, 'bad_request', 'not by default'],
  [400, 'content_filter', ''],
  [401, 'refused', 'yes'],
  [404, 'not_found', 'yes'],
  [429, 'rate_limited', 'yes'],
  [503, 'overloaded', 'yes'],
  [400, 'context_length', 'of another model'],
])('after a %i that is %s the next route is tried: “%s”', (status, kind, says) => {
  const code = { content_filter: 'content_filter', context_length: 'context_length_exceeded' }[kind];
  const error = { type: undefined, code, status: undefined, retryAfterMs: undefined, object: {} };
  const answer = { status, headers: new Headers(), body: new Uint8Array() };
  const failure = classifyAnswer(answer, error, byDefault);
  expect(failure).toMatchObject({ kind, routedAround: says !== '' && says !== 'not by default' });
  const [, , , route] = (new RegExp(`^\\| \`${kind}\` .*$`, 'm').exec(failures)?.[0] ?? '')
    .split('|')
    .map((c) => c.trim());
  expect(route).toBe(says);
});
