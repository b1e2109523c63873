import { describe, expect, test } from 'bun:test';
import { generateKeyPairSync } from 'node:crypto';
import type { Place, PlaceSettings } from './place.ts';
import { isUnlikely, placeBackend } from './place.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ACCOUNT = JSON.stringify({
  type: 'service_account',
  client_email: 'gateway@acme.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
});
const AWS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' };

function place(settings: PlaceSettings, env: Record<string, string> = {}): Place {
  const found = placeBackend(settings, env);
  if ('problems' in found) throw new Error(JSON.stringify(found.problems));
  return found.place;
}

function problems(settings: PlaceSettings, env: Record<string, string> = {}): string[] {
  const found = placeBackend(settings, env);
  return 'problems' in found ? found.problems.map(({ key, message }) => `${key}: ${message}`) : [];
}

describe('places', () => {
  test.each<[PlaceSettings, string, readonly string[]]>([
    [{ url: 'https://api.anthropic.com/v1' }, 'https://api.anthropic.com/v1', ['anthropic-messages']],
    [{ url: 'https://api.openai.com' }, 'https://api.openai.com/v1', ['openai-chat', 'openai-responses']],
    [{ url: 'http://localhost:8080/v1' }, 'http://localhost:8080/v1', ['openai-chat']],
    [{ url: 'http://localhost:8080/v1', protocol: 'gemini' }, 'http://localhost:8080/v1', ['gemini']],
    [{ url: 'demo:' }, 'demo:', ['openai-chat']],
    [{ vendor: 'openai', protocol: 'openai-responses' }, 'https://api.openai.com/v1', ['openai-responses']],
    [{ vendor: 'gemini' }, 'https://generativelanguage.googleapis.com/v1beta', ['gemini']],
    [
      { vendor: 'gemini', protocol: 'openai' },
      'https://generativelanguage.googleapis.com/v1beta/openai',
      ['openai-chat'],
    ],
    [
      { url: 'https://generativelanguage.googleapis.com/v1beta/openai' },
      'https://generativelanguage.googleapis.com/v1beta/openai',
      ['openai-chat'],
    ],
    [
      { url: 'https://generativelanguage.googleapis.com' },
      'https://generativelanguage.googleapis.com/v1beta',
      ['gemini'],
    ],
    [{ url: 'https://api.deepseek.com/anthropic' }, 'https://api.deepseek.com/anthropic/v1', ['anthropic-messages']],
    [{ vendor: 'deepseek', protocol: 'anthropic' }, 'https://api.deepseek.com/anthropic/v1', ['anthropic-messages']],
    [{ vendor: 'openrouter', protocol: 'anthropic' }, 'https://openrouter.ai/api/v1', ['anthropic-messages']],
    [
      { vendor: 'openrouter' },
      'https://openrouter.ai/api/v1',
      ['openai-chat', 'openai-responses', 'anthropic-messages'],
    ],
    [{ vendor: 'groq' }, 'https://api.groq.com/openai/v1', ['openai-chat']],
    [{ vendor: 'groq', protocol: 'openai-responses' }, 'https://api.groq.com/openai/v1', ['openai-responses']],
    [{ vendor: 'ollama' }, 'http://localhost:11434/v1', ['openai-chat', 'openai-responses']],
    [{ vendor: 'ollama', url: 'http://gpu:11434' }, 'http://gpu:11434/v1', ['openai-chat', 'openai-responses']],
    [{ vendor: 'gemini', url: 'http://proxy/v1beta/openai' }, 'http://proxy/v1beta/openai', ['openai-chat']],
    [{ url: 'https://api.openai.com/v1', protocol: 'gemini' }, 'https://api.openai.com/v1', ['gemini']],
    [
      { url: 'https://acme.openai.azure.com' },
      'https://acme.openai.azure.com/openai/v1',
      ['openai-chat', 'openai-responses'],
    ],
    [
      { url: 'https://acme.openai.azure.com', api_version: '2024-10-21' },
      'https://acme.openai.azure.com/openai',
      ['openai-chat', 'openai-responses'],
    ],
    [
      { url: 'https://acme.openai.azure.com/openai/v1', api_version: 'preview' },
      'https://acme.openai.azure.com/openai/v1',
      ['openai-chat', 'openai-responses'],
    ],
    [
      { url: 'https://acme.services.ai.azure.com/anthropic' },
      'https://acme.services.ai.azure.com/anthropic/v1',
      ['anthropic-messages'],
    ],
    [
      { vendor: 'vertex', project: 'acme', location: 'global', api_key: 'token' },
      'https://aiplatform.googleapis.com/v1/projects/acme/locations/global/publishers/google',
      ['gemini'],
    ],
    [
      { vendor: 'vertex', protocol: 'anthropic', project: 'acme', location: 'us-east5', credentials: ACCOUNT },
      'https://us-east5-aiplatform.googleapis.com/v1/projects/acme/locations/us-east5/publishers/anthropic',
      ['anthropic-messages'],
    ],
    [
      { vendor: 'vertex', url: 'http://127.0.0.1:1', project: 'acme', location: 'us-east5', api_key: 'token' },
      'http://127.0.0.1:1/v1/projects/acme/locations/us-east5/publishers/google',
      ['gemini'],
    ],
    [
      { vendor: 'bedrock', region: 'us-east-1', api_key: 'key' },
      'https://bedrock-runtime.us-east-1.amazonaws.com',
      ['anthropic-messages'],
    ],
    [
      { vendor: 'bedrock', protocol: 'openai', region: 'us-east-1', api_key: 'key' },
      'https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1',
      ['openai-chat'],
    ],
  ])('%j', (settings, url, protocols) => {
    const found = place(settings);
    expect([found.url, found.protocols]).toEqual([url, protocols] as never);
  });

  test('AWS keys are those of the config or those of the environment, never one of each', () => {
    expect(place({ vendor: 'bedrock' }, { ...AWS, AWS_SESSION_TOKEN: 'token' }).signer).toEqual({
      scheme: 'aws',
      service: 'bedrock',
      region: 'eu-west-1',
      keys: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    });
    const own = { access_key_id: 'AKIDOWN', secret_access_key: 'own' };
    expect(place({ vendor: 'bedrock', ...own }, { ...AWS, AWS_SESSION_TOKEN: 'token' }).signer).toMatchObject({
      keys: { accessKeyId: 'AKIDOWN', secretAccessKey: 'own', sessionToken: undefined },
    });
    expect(problems({ vendor: 'bedrock', access_key_id: 'AKIDOWN' }, AWS)).toEqual([
      'secret_access_key: is missing: vendor bedrock needs it (it goes with access_key_id)',
    ]);
  });

  test('the region is that of the config, of the URL, or of the environment; an API key signs nothing', () => {
    const url = 'https://bedrock-runtime.us-west-2.amazonaws.com';
    expect(place({ url }, AWS).signer).toMatchObject({ region: 'us-west-2' });
    expect(place({ vendor: 'bedrock', region: 'ap-south-1', url: 'http://vpce:80' }, AWS).signer).toMatchObject({
      region: 'ap-south-1',
    });
    expect(place({ url, api_key: 'key' }).signer).toBeUndefined();
    expect(place({ url: 'https://bedrock-mantle.us-west-2.api.aws/v1' }, AWS).signer).toMatchObject({
      service: 'bedrock-mantle',
    });
  });
});

describe('problems', () => {
  test.each<[PlaceSettings, string | string[]]>([
    [{}, expect.stringMatching(/^url: is missing \(an http.* or a vendor that has one/) as never],
    [
      { vendor: 'openai', protocol: 'gemini' },
      'protocol: cannot be gemini with vendor openai (openai, openai-responses)',
    ],
    [
      { vendor: 'perplexity', protocol: 'openai' },
      'protocol: cannot be openai with vendor perplexity (openai-responses)',
    ],
    [
      { vendor: 'openai', url: 'https://api.anthropic.com/v1' },
      'vendor: cannot be openai with the URL of another (anthropic, or none)',
    ],
    [{ vendor: 'azure' }, 'url: is missing (your own, such as https://NAME.openai.azure.com)'],
    [
      { vendor: 'vertex' },
      [
        'location: is missing: vendor vertex needs it (global, or a region such as us-east5)',
        'project: is missing: vendor vertex needs it (the ID of the cloud project)',
        "credentials: is missing: vendor vertex needs it (a service account's JSON key, such as file:/run/secrets/vertex.json; or api_key)",
      ],
    ],
    [
      { vendor: 'bedrock' },
      [
        'region: is missing: vendor bedrock needs it (such as us-east-1; or AWS_REGION in the environment)',
        'access_key_id: is missing: vendor bedrock needs it (with secret_access_key; or both in the environment as AWS_…; or api_key)',
      ],
    ],
    [
      { vendor: 'openai', region: 'us-east-1', api_version: 'x' },
      [
        'api_version: cannot be set for this backend (only with vendor: azure)',
        'region: cannot be set for this backend (only with vendor: bedrock)',
      ],
    ],
    [
      { url: 'http://localhost/v1', credentials: ACCOUNT },
      'credentials: cannot be set for this backend (only with vendor: vertex)',
    ],
    [
      { url: 'demo:', vendor: 'openai', protocol: 'gemini' },
      [
        'vendor: cannot be set for "demo:" (the demo backend has no vendor and speaks openai)',
        'protocol: cannot be gemini for "demo:" (the demo backend has no vendor and speaks openai)',
      ],
    ],
  ])('%j', (settings, expected) => {
    expect(problems(settings)).toEqual(typeof expected === 'object' && Array.isArray(expected) ? expected : [expected]);
  });

  test('a protocol that the vendor at a URL is not known to speak is doubtful, not wrong', () => {
    expect(isUnlikely({ url: 'https://api.mistral.ai/v1', protocol: 'anthropic' })?.name).toBe('mistral');
    expect(isUnlikely({ url: 'https://api.mistral.ai/v1', protocol: 'openai' })).toBeUndefined();
    expect(isUnlikely({ url: 'http://localhost/v1', protocol: 'anthropic' })).toBeUndefined();
  });
});
