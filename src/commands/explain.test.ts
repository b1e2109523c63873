import { expect, test } from 'bun:test';
import { parse } from 'yaml';
import { runCommand } from '../../test/kit/run-command.ts';
import { editorJsonSchema } from '../config/json-schema.ts';
import { CONSEQUENCES } from '../core/failure.ts';
import { DETAIL_WORDS } from '../core/detail-words.ts';
import { ERROR_CODES } from '../core/refusal.ts';
import { CONNECTION_ERRORS } from '../core/connection-errors.ts';
import { commandLine } from '../lib/called-as.ts';
import { OUTCOMES } from '../records/metrics/outcome.ts';
import { ALERTS } from './alerts.ts';
import { explain } from './explain.ts';
import { schema } from './schema.ts';

const WORDS = [ERROR_CODES, CONSEQUENCES, CONNECTION_ERRORS, DETAIL_WORDS].flatMap((table) => Object.keys(table));

test('every word of docs/errors.md is explained, and listed without one', async () => {
  const page = await Bun.file('docs/errors.md').text();
  const { out: list } = await runCommand(explain, []);
  for (const word of WORDS) {
    const { code, out } = await runCommand(explain, [word]);
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(new RegExp(`^${word}: .+\n  .+\n  What to do: .+`));
    expect(out.join('\n')).not.toContain('`');
    expect(page).toContain(`| \`${word}\``);
    expect(list.join('\n')).toContain(`\n  ${word}`);
  }
});

test('a word that is a code and a failure is explained as both', async () => {
  const [text = ''] = (await runCommand(explain, ['read_timeout'])).out;
  expect(text).toContain('read_timeout: an error code of the gateway (504, server_error)');
  expect(text).toContain('read_timeout: a failure of an attempt');
  expect(text).toContain('the next route is tried, then the next alias; the backend cools down');
});

test('every outcome of alias_requests_total is explained', async () => {
  for (const [word, meaning] of Object.entries(OUTCOMES)) {
    const text = (await runCommand(explain, [word])).out.join('\n');
    expect(text).toContain(`${word}: an outcome of llm_proxy_alias_requests_total\n  ${meaning.replaceAll('`', '')}`);
    expect(text).toMatch(/What to do: \S/);
  }
});

test('a status of the gateway leads to its codes', async () => {
  for (const { status } of Object.values(ERROR_CODES)) {
    const text = (await runCommand(explain, [String(status)])).out.join('\n');
    for (const [code, row] of Object.entries(ERROR_CODES))
      expect(new RegExp(`\\b${code}\\b`).test(text)).toBe(row.status === status);
  }
  expect((await runCommand(explain, ['200'])).code).toBe(1);
});

test('an alert leads to its runbook, and the table of alerts is that of the rules', async () => {
  const rules = parse(await Bun.file('deploy/prometheus/alerts.yml').text()).groups.flatMap(
    (group: { rules: unknown[] }) => group.rules,
  );
  const alerts = rules.filter(({ alert }: { alert?: string }) => alert !== undefined);
  const shown = (text: string): string =>
    text.replaceAll(/\{\{ *\$labels\.(\w+) *\}\}/g, (_whole, label: string) => label.toUpperCase());
  expect(ALERTS).toEqual(
    Object.fromEntries(
      alerts.map(({ alert, labels, annotations }: (typeof rules)[number]) => [
        alert,
        { severity: labels.severity, summary: shown(annotations.summary) },
      ]),
    ),
  );
  for (const { alert, annotations } of alerts) {
    const text = (await runCommand(explain, [alert])).out.join('\n');
    expect(text).toContain(`What to do: ${annotations.runbook_url}`);
  }
});

test("a provider's code is explained by what it counts as", async () => {
  const { code, out } = await runCommand(explain, ['insufficient_quota']);
  expect([code, out]).toEqual([0, [expect.stringContaining('counts as refused')]]);
});

test('commands in it work here, links lead to the documentation', async () => {
  const [config = ''] = (await runCommand(explain, ['invalid_config'])).out;
  expect(config).toContain(`${commandLine('check')} names the same`);
  const [model = ''] = (await runCommand(explain, ['missing_model'])).out;
  expect(model).toContain(
    '(https://github.com/llm-proxy/llm-proxy/blob/main/docs/protocols.md#requests-without-a-model)',
  );
});

test.each([
  ['first_byte_timout', 'did you mean first_byte_timeout?'],
  ['\u001b[2Jx', 'Nothing is known of \\u001b[2Jx (without a word, explain lists all there are)'],
  ['constructor', 'Nothing is known of constructor'],
])('%j is not known: exit 1', async (word, message) => {
  expect(await runCommand(explain, [word])).toEqual({ code: 1, out: [], err: [expect.stringContaining(message)] });
});

test('schema prints what config.schema.json holds', async () => {
  const { out } = await runCommand(schema, []);
  expect(JSON.parse(out.join('\n'))).toEqual(JSON.parse(JSON.stringify(editorJsonSchema())));
  expect(JSON.parse(out.join('\n'))).toEqual(await Bun.file('config.schema.json').json());
});
