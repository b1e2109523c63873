import { expect, test } from 'bun:test';
import { dialectOf } from './dialects.ts';
import { completed, filled, placeholdersOf, vendorAt } from './recognise.ts';
import { VENDORS } from './vendors.ts';

const endpoints = VENDORS.flatMap((vendor) => vendor.endpoints.map((endpoint) => ({ vendor, endpoint })));

test('no name, key variable or beginning of a model name belongs to two vendors', () => {
  const names = VENDORS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const keys = VENDORS.flatMap(({ envKey }) => envKey ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  const ours = VENDORS.flatMap(({ modelPrefixes = [] }) => modelPrefixes);
  const prefixes = [...ours, ...names.map((name) => `${name}/`), 'demo'];
  const clashes = ours.filter(
    (prefix) => prefixes.filter((other) => other.startsWith(prefix) || prefix.startsWith(other)).length > 1,
  );
  expect(clashes).toEqual([]);
});

test('every URL is a base without a slash at its end, and every dialect is one that the config has a name for', () => {
  for (const { endpoint } of endpoints) {
    for (const url of [endpoint.url, ...(endpoint.alsoAt ?? [])]) expect(url).toMatch(/^https?:\/\/[^/]+(\/[^/]+)*$/);
    for (const protocol of endpoint.protocols) expect(dialectOf(protocol).protocol).toBe(protocol);
  }
});

test('a key in the environment makes a backend only where it is all that is needed', () => {
  for (const { envKey, endpoints: own } of VENDORS) {
    if (envKey !== undefined) expect(own[0].url).not.toMatch(/[{*]/);
  }
});

test('every vendor in the network is known by each of its URLs', () => {
  for (const { vendor, endpoint } of endpoints) {
    for (const base of [endpoint.url, ...(endpoint.alsoAt ?? [])]) {
      const url = filled(base.replace('*', 'acme'), { region: 'us-east-1', project: 'p', location: 'us-east5' });
      expect([url, vendorAt(url)?.name]).toEqual([url, url.startsWith('https:') ? vendor.name : undefined]);
    }
  }
});

test.each([
  ['https://api.openai.com', 'openai'],
  ['https://api.openai.com/v1/anything', 'openai'],
  ['https://api.openai.com.evil.example/v1', undefined],
  ['https://evil.example/api.openai.com/v1', undefined],
  ['http://api.openai.com/v1', undefined],
  ['https://api.openai.com:8443/v1', undefined],
  ['https://acme.openai.azure.com', 'azure'],
  ['https://openai.azure.com', undefined],
  ['https://aiplatform.googleapis.com', 'vertex'],
  ['https://europe-west1-aiplatform.googleapis.com/v1', 'vertex'],
  ['https://aiplatform.eu.rep.googleapis.com', 'vertex'],
  ['https://aiplatform.evilgoogleapis.com', undefined],
  ['https://bedrock-runtime.eu-central-1.amazonaws.com', 'bedrock'],
  ['http://localhost:8000/v1', undefined],
  ['demo:', undefined],
])('%s is of vendor %p', (url, name) => {
  expect(vendorAt(url)?.name).toBe(name);
});

test('a URL that ends within a known path gets the rest of it', () => {
  const [anthropic] = VENDORS.find(({ name }) => name === 'anthropic')!.endpoints;
  expect(completed('https://api.anthropic.com', anthropic)).toBe('https://api.anthropic.com/v1');
  expect(completed('https://api.anthropic.com/v1', anthropic)).toBe('https://api.anthropic.com/v1');
  expect(completed('https://api.anthropic.com/v2', anthropic)).toBe('https://api.anthropic.com/v2');
  const [gemini] = VENDORS.find(({ name }) => name === 'vertex')!.endpoints;
  expect(completed('https://x/v1/projects/p', gemini)).toBe(
    'https://x/v1/projects/p/locations/{location}/publishers/google',
  );
});

test.each([
  ['global', 'https://aiplatform.googleapis.com/global'],
  ['eu', 'https://aiplatform.eu.rep.googleapis.com/eu'],
  ['us-east5', 'https://us-east5-aiplatform.googleapis.com/us-east5'],
])('the host of location %s', (location, url) => {
  expect(placeholdersOf('https://{aiplatform}/{location}')).toEqual(['location']);
  expect(filled('https://{aiplatform}/{location}', { location })).toBe(url);
});
