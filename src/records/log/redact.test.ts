import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { createRedactor } from './redact.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN';

describe('a redactor', () => {
  const redact = createRedactor([]);

  test.each([
    ['key sk-abcdefghijklmnop1234', 'key sk-****34'],
    ['sk-ant-api03-AbCdEf_GhIj-KlMn', 'sk-a****lMn'],
    ['sk-proj-abcdefgh.ijklmnop, next', 'sk-****nop, next'],
    ['x-sk-or-v1-0123456789abcdef', 'x-sk-****def'],
    ['sk-12345678', '****'],
    ['Authorization: Bearer abcdefghijklmnop', 'Authorization: Bearer ab****op'],
    ['BEARER short', 'BEARER ****'],
    ['"proxy-authorization":"Basic dXNlcjpwYXNzd29yZA=="', '"proxy-authorization":"Basic dXN****=="'],
    ['AIzaSyA1234567890abcdefghijklmnopqrstuv', 'AIzaS****stuv'],
    [`token ${JWT}.`, 'token eyJhb****jVmN.'],
    ['gsk_abcdefghijklmnop', 'gsk****op'],
    ['xai-abcdefghijklmnopqrstuvwx', 'xai-****vwx'],
    ['hf_abcdefghijklmnopqrst', 'hf_****st'],
    ['AKIAIOSFODNN7EXAMPLE', 'AKI****LE'],
    ['redis://user:p@ss:word@host:6379/0', 'redis://user:****@host:6379/0'],
    ['redis://:password@host', 'redis://:****@host'],
    ['GET /v1beta/models?key=abcdefghijklmnop&alt=sse', 'GET /v1beta/models?key=ab****op&alt=sse'],
    ['/x?a=1&access_token=abc&token=def', '/x?a=1&access_token=****&token=****'],
    ['api_key=abcdef', 'api_key=****'],
    ['sk-abcdefghijklmnopqrstuvwxyz0123456789cdef', 'sk-ab****cdef'],
    [
      '{"x-api-key":"k","api_key": "abc","clientSecret":"x"}',
      '{"x-api-key":"****","api_key":"****","clientSecret":"****"}',
    ],
    [String.raw`{"body":"{\"password\": \"abc\"}"}`, String.raw`{"body":"{\"password\": \"****\"}"}`],
    ['Incorrect API key provided: abc. See', 'Incorrect API key provided: **** See'],
    ['x-api-key: abc', 'x-api-key: ****'],
    ['{"authorization":"barekey"}', '{"authorization":"****"}'],
  ])('masks %s', (line, masked) => {
    expect(redact(line)).toBe(masked);
    expect(redact(masked)).toBe(masked);
  });

  test.each([
    'risk-assessment-model task-force desk-sized',
    'xai-fallback and hf_hub are names of backends',
    'https://api.openai.com:443/v1/models?limit=10@2',
    'key=backends[0].url changed',
    'config: proxy_api_key: changed (secret)',
    'config.yaml:3:1 backends[0].api_key: is missing (a key as text)',
    '{"key":"value","token":"word","reason":"on"}',
    '{"prompt_tokens":12,"completion_tokens":345}',
    'eyJhbGciOi is no JWT, eyJhbGciOi.eyJ neither',
  ])('leaves %s alone', (line) => {
    expect(redact(line)).toBe(line);
  });

  test('masks a key after a line break, however often that was escaped', () => {
    const text = `a\nsk-abcdefghijklmnop1234\tBearer abcdefghijklmnop\n${JWT}`;
    const masked = 'a\nsk-****34\tBearer ab****op\neyJhb****jVmN';
    expect(redact(text)).toBe(masked);
    expect(redact(JSON.stringify(text))).toBe(JSON.stringify(masked));
    expect(redact(JSON.stringify({ text }))).toBe(JSON.stringify({ text: masked }));
    for (const one of ['sk-abcdefghijklmnop1234', JWT, 'Basic dXNlcjpwYXNzd29yZA==']) {
      const body = JSON.stringify({ content: `x\n${one}` });
      expect(redact(JSON.stringify({ body }))).not.toContain(one);
      expect(redact(JSON.stringify({ content: `\u0001${one}` }))).not.toContain(one);
    }
  });

  test('masks configured keys in whatever encoding they turn up', () => {
    const secret = 'p"ä/\\ss w&rd+long';
    const masking = createRedactor([secret, 'proxy-key', 'short']);
    const encoded = JSON.stringify({
      raw: secret,
      url: `/x?p=${encodeURIComponent(secret)}`,
      body: JSON.stringify({ secret }),
    });
    const shown = JSON.parse(masking(encoded)) as Record<string, string>;
    expect(shown).toEqual({
      raw: 'p"****ng',
      url: `/x?p=${encodeURIComponent('p"')}****ng`,
      body: JSON.stringify({ secret: 'p"****ng' }),
    });
    expect(masking(`sent ${secret}, proxy-key and short`)).toBe('sent p"****ng, **** and short');
  });

  test('masks configured keys in base64, wherever they stand in what is encoded', () => {
    const secret = 'conf?gured>secret~0001';
    const masking = createRedactor([secret]);
    for (const alphabet of ['base64', 'base64url'] as const) {
      for (const around of ['', 'a', 'ab', 'abc']) {
        const encoded = Buffer.from(`${around}${secret}${around}`).toString(alphabet);
        const shown = masking(`Incorrect credential ${encoded} of the backend`);
        expect(shown).toContain('****');
        const left = Buffer.from(shown.split(' ')[2]?.replace('****', '') ?? '', 'base64').toString('latin1');
        expect(left).not.toContain(secret.slice(6, -6));
        expect(masking(shown)).toBe(shown);
      }
    }
    expect(masking('SW5jb3JyZWN0IEFQSSBrZXkgcHJvdmlkZWQ= is none')).toBe(
      'SW5jb3JyZWN0IEFQSSBrZXkgcHJvdmlkZWQ= is none',
    );
  });

  test('leaves JSON valid: keys and numbers are no secrets, and nothing breaks out of its string', () => {
    const masking = createRedactor(['123456', '","msg":"', 'status']);
    const line = '{"level":"info","msg":"123456 sent","status":1234567,"url":"a://u:p\\\\","next":"@x"}';
    expect(masking(line)).toBe('{"level":"info","msg":"**** sent","status":1234567,"url":"a://u:p\\\\","next":"@x"}');
    expect(masking('{not JSON 123456')).toBe('{not JSON ****');
  });

  test('is linear in hostile lines', () => {
    const masking = createRedactor(['configured-secret-of-some-length']);
    const parts = [
      'eyJ',
      'eyJ-',
      'eyJa.',
      'sk-',
      'sk-a.',
      'Bearer ',
      'Bearer',
      '://',
      '://a:',
      'a://:@',
      '?key=',
      'x',
      ' ',
      'AKIA',
      'configured-',
      'api_key"',
      'api_key"\\',
      'api key a',
      'password":"',
    ];
    for (const part of parts) {
      const line = part.repeat(Math.ceil(1_000_000 / part.length));
      const startedAt = performance.now();
      masking(line);
      masking(`sk-${line}`);
      masking(JSON.stringify({ body: `sk- ${line}` }));
      expect(performance.now() - startedAt, part).toBeLessThan(1500);
    }
  });

  test('lets no configured secret through and leaves every JSON line JSON', () => {
    const secrets = fc.array(
      fc.string({ minLength: 6, maxLength: 40, unit: 'binary' }).filter((text) => !text.includes('*')),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(secrets, fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (known, before, after) => {
        const masking = createRedactor(known);
        for (const secret of known) {
          const text = `${before} ${secret} ${after}`;
          const entry = JSON.parse(masking(JSON.stringify({ text, body: JSON.stringify([text]) }))) as Record<
            string,
            string
          >;
          expect(entry['text']).not.toContain(secret);
          expect(entry['body']).not.toContain(JSON.stringify(secret).slice(1, -1));
          expect(masking(text)).not.toContain(secret);
        }
      }),
      { numRuns: 500 },
    );
  });
});
