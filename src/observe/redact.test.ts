import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { createRedactor, redactHeaders } from './redact.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN';

describe('a redactor', () => {
  const redact = createRedactor([]);

  test.each([
    ['key sk-abcdefghijklmnop1234', 'key sk-ab****1234'],
    ['sk-ant-api03-AbCdEf_GhIj-KlMn', 'sk-an****KlMn'],
    ['sk-proj-abcdefgh.ijklmnop, next', 'sk-pr****mnop, next'],
    ['x-sk-or-v1-0123456789abcdef', 'x-sk-or****cdef'],
    ['sk-12345678', '****'],
    ['Authorization: Bearer abcdefghijklmnop', 'Authorization: Bearer abcde****mnop'],
    ['BEARER short', 'BEARER ****'],
    ['"proxy-authorization":"Basic dXNlcjpwYXNzd29yZA=="', '"proxy-authorization":"Basic dXNlc****ZA=="'],
    ['AIzaSyA1234567890abcdefghijklmnopqrstuv', 'AIzaS****stuv'],
    [`token ${JWT}.`, 'token eyJhb****jVmN.'],
    ['gsk_abcdefghijklmnop', 'gsk_a****mnop'],
    ['xai-abcdefghijklmnopqrstuvwx', 'xai-a****uvwx'],
    ['hf_abcdefghijklmnopqrst', 'hf_ab****qrst'],
    ['AKIAIOSFODNN7EXAMPLE', 'AKIAI****MPLE'],
    ['redis://user:p@ss:word@host:6379/0', 'redis://user:****@host:6379/0'],
    ['redis://:password@host', 'redis://:****@host'],
    ['GET /v1beta/models?key=abcdefghijklmnop&alt=sse', 'GET /v1beta/models?key=abcde****mnop&alt=sse'],
    ['/x?a=1&access_token=abc&token=def', '/x?a=1&access_token=****&token=****'],
    ['api_key=abcdef', 'api_key=****'],
  ])('masks %s', (line, masked) => {
    expect(redact(line)).toBe(masked);
    expect(redact(masked)).toBe(masked);
  });

  test.each([
    'risk-assessment-model task-force desk-sized',
    'xai-fallback and hf_hub are names of backends',
    'https://api.openai.com:443/v1/models?limit=10@2',
    'key=backends[0].url changed',
    '{"prompt_tokens":12,"completion_tokens":345}',
    'eyJhbGciOi is no JWT, eyJhbGciOi.eyJ neither',
  ])('leaves %s alone', (line) => {
    expect(redact(line)).toBe(line);
  });

  test('masks a key after a line break, however often that was escaped', () => {
    const text = `a\nsk-abcdefghijklmnop1234\tBearer abcdefghijklmnop\n${JWT}`;
    const masked = 'a\nsk-ab****1234\tBearer abcde****mnop\neyJhb****jVmN';
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
      raw: 'p"ä/\\****long',
      url: `/x?p=${encodeURIComponent('p"ä/\\')}****long`,
      body: JSON.stringify({ secret: 'p"ä/\\****long' }),
    });
    expect(masking(`sent ${secret}, proxy-key and short`)).toBe('sent p"ä/\\****long, **** and short');
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

test('headers that carry credentials are masked', () => {
  const headers = new Headers([
    ['Authorization', 'Bearer abcdefghijklmnop'],
    ['X-Api-Key', 'sk-abcdefghijklmnop1234'],
    ['api-key', 'short'],
    ['x-goog-api-key', 'AIzaSyA1234567890'],
    ['proxy-authorization', 'barekeywithoutscheme'],
    ['cookie', 'session=abcdefghijklmnop'],
    ['accept', 'text/html'],
    ['set-cookie', 'a=b'],
    ['set-cookie', 'c=d'],
  ]);
  expect(redactHeaders(headers)).toEqual({
    authorization: 'Bearer abcde****mnop',
    'x-api-key': 'sk-ab****1234',
    'api-key': '****',
    'x-goog-api-key': 'AIzaS****7890',
    'proxy-authorization': 'barek****heme',
    cookie: '****',
    accept: 'text/html',
    'set-cookie': '****, ****',
  });
});
