// What a client writes into a request must not pass for a line of the log, steer a terminal, or be read as markup.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createLog } from '../../src/records/log/log.ts';
import { record, refused } from '../../src/records/record.fixture.ts';
import { send } from '../kit/client.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { logSettings } from '../kit/log-settings.ts';
import { json } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

/** Ends of lines of every kind, terminal sequences in 7 and 8 bits, and what turns the direction of writing. */
const EVIL =
  'a\n{"level":"info","msg":"forged"}\r\x0b\x0c\x1c\x85\u2028\u2029b\x1b[2J\x1b]0;title\x07\x9b31m\u202ec\u2066d\x7fe';
// oxlint-disable-next-line no-control-regex -- finding control characters is the point
const UNSAFE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const FORMATS = ['json', 'text'] as const;

let upstream: Upstream;
const gateways: Gateway[] = [];

beforeAll(async () => {
  upstream = await startUpstream(json(429, { error: { message: EVIL, code: EVIL, type: EVIL } }));
  for (const format of FORMATS) {
    gateways.push(
      await startGateway({
        config: {
          backends: [{ name: 'one', url: upstream.url }],
          models: { 'any/*': { routes: [{ backend: 'one', model: '*' }] } },
          fallback: { cooldown_seconds: 0, max_retries: 0 },
          logging: {
            base_dir: './logs',
            separate_files: true,
            format,
            console_format: format === 'json' ? 'json' : 'plain',
            debug_mode: true,
            level: 'debug',
            console_level: 'debug',
          },
        },
      }),
    );
  }
});

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  await upstream.stop();
});

function filesOf({ dir }: Gateway): string[] {
  const names = readdirSync(join(dir, 'logs'), { recursive: true }) as string[];
  return names.filter((name) => name.endsWith('.log')).map((name) => readFileSync(join(dir, 'logs', name), 'utf8'));
}

/** Sends bytes that no client library would. */
function sendRaw(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(text, 'latin1')));
    socket.on('data', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
}

describe.each(FORMATS.map((format, index) => [format, index] as const))('in logs as %s', (format, index) => {
  test('nothing that a client or an upstream sends makes a line or a control character', async () => {
    const gateway = gateways[index];
    if (gateway === undefined) throw new Error('not started');
    const { url, port } = gateway;
    const ask = async (model: string, headers: Record<string, string> = {}): Promise<void> => {
      const body = { model, messages: [{ role: 'user', content: EVIL }] };
      await (
        await send(`${url}/v1/chat/completions`, { headers: { 'content-type': 'application/json', ...headers }, body })
      ).whole();
    };
    await ask(EVIL);
    await ask(`any/${EVIL}`);
    await ask('any/x', { 'x-trace-id': 'a\x9b31m', 'x-request-id': 'b\x9b31m', traceparent: '\x9b31m' });
    await sendRaw(port, 'GET /v1/\x9b31m\x85%0a%1b[2J HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await sendRaw(port, 'GET /v1/x HTTP/1.1\r\nhost: x\r\nx-forwarded-for: \x9b31m\r\nconnection: close\r\n\r\n');
    await ask('the last one');
    const texts = await eventually(() => {
      const found = [...filesOf(gateway), gateway.stderr()];
      return found.every((text) => text.includes('the last one')) ? found : undefined;
    });
    for (const text of texts) {
      expect(UNSAFE.exec(text)?.[0].codePointAt(0)).toBeUndefined();
      expect(text).toContain(String.raw`\u202e`);
      for (const line of text.trimEnd().split('\n')) {
        expect(line).not.toStartWith('{"level":"info","msg":"forged"}');
        if (format === 'json') expect((JSON.parse(line) as { msg: string }).msg).not.toBe('forged');
      }
    }
  });
});

test('a line on the console is no markup of its own making', () => {
  const shown: string[] = [];
  const settings = logSettings(undefined, { consoleLevel: 'info', consoleFormat: 'markdown' });
  const log = createLog(settings, { clock: new FakeClock(), console: (text) => void shown.push(text) });
  const markup = '![x](http://evil/x.png) **200** `code` <script>';
  log.request(record({ alias: markup, model: markup }));
  log.request(refused(404, 'model_not_found'));
  log.request({ ...refused(404, 'model_not_found'), alias: markup, path: `/${markup}` });
  for (const text of shown) expect(text).not.toMatch(/(?<!\\)[[`<]|(?<!\\)\*\*200/);
  expect(shown[1]).toContain('**404 model_not_found**');
});

test('masking leaves a line printable', () => {
  const settings = logSettings(undefined, {
    consoleLevel: 'info',
    consoleFormat: 'json',
    secrets: ['secret-\x9b-value'],
  });
  const shown: string[] = [];
  const log = createLog(settings, { clock: new FakeClock(), console: (text) => void shown.push(text) });
  log.info(`Bearer abcdefghijklmnopqrstuvwxyz ${EVIL} secret-\x9b-value`);
  expect(shown[0]).not.toMatch(UNSAFE);
  expect(shown[0]).toContain('Bearer abc****xyz');
  expect(shown[0]).not.toContain('-value');
});
