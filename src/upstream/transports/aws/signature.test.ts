import { expect, test } from 'bun:test';
import type { SignedRequest, SigningScope } from './signature.ts';
import { encodedForAws, signatureHeaders, signingKey } from './signature.ts';

/** The keys of AWS's documentation and of its test suite. */
const KEYS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: undefined,
};
const NOW = Date.parse('2015-08-30T12:36:00Z');
const SUITE: SigningScope = { keys: KEYS, region: 'us-east-1', service: 'service', nowMs: NOW };

function signatureOf(request: Partial<SignedRequest>, scope: SigningScope = SUITE): string | undefined {
  const whole = { method: 'GET', url: 'https://example.amazonaws.com/', headers: {}, body: undefined, ...request };
  return /Signature=(\w+)$/.exec(signatureHeaders(whole, scope)['authorization'] ?? '')?.[1];
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html and, before it, the
// general reference's "Examples of how to derive a signing key".
test('the documented signing keys', () => {
  expect(signingKey(KEYS.secretAccessKey, '20150830', 'us-east-1', 'iam').toString('hex')).toBe(
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
  expect(signingKey('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', '20120215', 'us-east-1', 'iam').toString('hex')).toBe(
    'f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d',
  );
});

test('the documented request to IAM', () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const url = 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08';
  const signed = signatureHeaders({ method: 'GET', url, headers, body: undefined }, { ...SUITE, service: 'iam' });
  expect(signed).toEqual({
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
      'SignedHeaders=content-type;host;x-amz-date, ' +
      'Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  });
});

// AWS's Signature Version 4 test suite (aws-sig-v4-test-suite).
test.each<[string, Partial<SignedRequest>, string]>([
  ['get-vanilla', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', { method: 'POST' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'get-vanilla-query-order-key-case',
    { url: 'https://example.amazonaws.com/?Param2=value2&Param1=value1' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'post-x-www-form-urlencoded',
    { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'Param1=value1' },
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
])('%s of the test suite', (_name, request, signature) => {
  expect(signatureOf(request)).toBe(signature);
});

test('a session token is signed and sent', () => {
  const keys = { ...KEYS, sessionToken: 'TOKEN' };
  const request = { method: 'GET', url: 'https://example.amazonaws.com/', headers: {}, body: undefined };
  const signed = signatureHeaders(request, { ...SUITE, keys });
  expect(signed['x-amz-security-token']).toBe('TOKEN');
  expect(signed['authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
});

test('a model ID is one segment of the path, whatever is in it', () => {
  expect(encodedForAws('anthropic.claude-sonnet-4-5-20250929-v1:0')).toBe(
    'anthropic.claude-sonnet-4-5-20250929-v1%3A0',
  );
  expect(encodedForAws('arn:aws:bedrock:us-east-1:1:inference-profile/us.a')).toBe(
    'arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.a',
  );
  expect(encodedForAws("a!'()*~")).toBe('a%21%27%28%29%2A~');
});
