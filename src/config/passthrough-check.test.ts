import { describe, expect, test } from 'bun:test';
import { checkPassthrough } from './passthrough-check.ts';

const BACKENDS = [
  { name: 'openai', vendor: 'openai' },
  { name: 'responses', url: 'http://a.example/v1', protocol: 'openai-responses' },
  { name: 'own', url: 'http://a.example/v1' },
  { name: 'claude', vendor: 'anthropic' },
  { name: 'google', vendor: 'gemini' },
  { name: 'off', vendor: 'openai', enabled: false },
  { name: 'bedrock', vendor: 'bedrock', protocol: 'anthropic', region: 'eu-west-1' },
  { name: 'demo', url: 'demo:' },
  { name: 'broken', vendor: 'openai', protocol: 'gemini' },
];
const ENV = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };

function problems(passthrough: unknown) {
  return checkPassthrough({ backends: BACKENDS, passthrough }, ENV);
}

describe('the backend that gets the rest of an API', () => {
  test.each([
    { openai: 'openai' },
    { openai: 'responses' },
    { openai: 'own' },
    { anthropic: 'claude', gemini: 'google' },
    {},
    undefined,
    // What is wrong with these is told elsewhere.
    { openai: 7 },
    { openai: 'broken' },
    { other: 'nobody' },
  ])('may be one of its dialect: %p', (passthrough) => {
    expect(problems(passthrough)).toEqual([]);
  });

  test.each([
    ['openai', 'opnai', 'unknown backend "opnai"'],
    ['openai', 'off', 'the backend "off" is disabled'],
    ['openai', 'claude', 'the backend "claude" speaks another dialect'],
    ['gemini', 'openai', 'name one that speaks gemini'],
    ['anthropic', 'bedrock', 'the backend "bedrock" has models alone'],
    ['openai', 'demo', 'the backend "demo" has models alone'],
  ])('%s may not be %s', (api, name, message) => {
    expect(problems({ [api]: name })).toEqual([
      { path: ['passthrough', api], message: expect.stringContaining(message) },
    ]);
  });
});
