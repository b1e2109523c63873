import { describe, expect, test } from 'bun:test';
import type { Environment } from '../lib/environment.ts';
import { otelSecrets, otelSettings } from './otel-settings.ts';
import { otelSchema } from './sections/otel.ts';

const read = (keys: object | undefined, env: Environment = {}) => otelSettings(otelSchema.parse(keys), env);
const first = (keys: object | undefined, env: Environment = {}) => read(keys, env).settings?.destinations[0];
const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

test('without a destination there are no traces', () => {
  expect(read(undefined).settings).toBeUndefined();
  expect(read({ sample: 1, service_name: 'x', link: 'https://a.example/{trace_id}' }).settings).toBeUndefined();
});

test('everything has a default', () => {
  expect(read({ endpoint: 'http://collector:4318/' }).settings).toEqual({
    destinations: [
      {
        url: 'http://collector:4318/v1/traces',
        headers: {},
        profile: 'semconv',
        content: false,
        protocol: 'http/protobuf',
        gzip: true,
        timeoutMs: 10_000,
      },
    ],
    sampler: { ratio: 1, asksParent: true },
    resource: { 'service.name': 'llm-proxy' },
    isExperimental: false,
  });
});

describe('the standard variables', () => {
  test('name the destination, one for traces alone as it stands', () => {
    expect(first({}, ENDPOINT)?.url).toBe('http://collector:4318/v1/traces');
    expect(first({}, { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:1/in' })?.url).toBe('http://t:1/in');
    expect(first({ endpoint: 'https://a.example/otel' }, ENDPOINT)?.url).toBe('https://a.example/otel/v1/traces');
  });

  test('say how it is sent to', () => {
    const env = {
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20YTpi, x-team = ops,broken',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-team=traces',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    };
    expect(first({}, env)).toMatchObject({
      headers: { authorization: 'Basic YTpi', 'x-team': 'traces' },
      timeoutMs: 2500,
      gzip: false,
      protocol: 'http/json',
    });
    expect(otelSecrets(env)).toContain('Basic YTpi');
    const keys = { headers: { 'X-Team': 'own' }, timeout: '1s', compression: 'gzip', protocol: 'http/protobuf' };
    expect(first(keys, env)).toMatchObject({
      headers: { 'x-team': 'own' },
      timeoutMs: 1000,
      gzip: true,
      protocol: 'http/protobuf',
    });
  });

  test('name the service and its resource', () => {
    const env = { ...ENDPOINT, OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod,service.name=a%2Cb' };
    expect(read({}, env).settings?.resource).toEqual({ 'deployment.environment.name': 'prod', 'service.name': 'a,b' });
    expect(read({}, { ...env, OTEL_SERVICE_NAME: 'c' }).settings?.resource).toMatchObject({ 'service.name': 'c' });
    expect(read({ service_name: 'd' }, env).settings?.resource).toMatchObject({ 'service.name': 'd' });
  });

  test.each([
    ['always_on', { ratio: 1, asksParent: false }],
    ['always_off', { ratio: 0, asksParent: false }],
    ['traceidratio', { ratio: 0.25, asksParent: false }],
    ['parentbased_always_on', { ratio: 1, asksParent: true }],
    ['parentbased_always_off', { ratio: 0, asksParent: true }],
    ['parentbased_traceidratio', { ratio: 0.25, asksParent: true }],
  ])('sample: %s', (name, sampler) => {
    const env = { ...ENDPOINT, OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.25' };
    expect(read({}, env).settings?.sampler).toEqual(sampler);
    expect(read({ sample: 0.5 }, env).settings?.sampler).toEqual({ ratio: 0.5, asksParent: true });
  });

  test('turn traces off, whatever the config says', () => {
    for (const off of [{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }])
      expect(read({ endpoint: 'http://c' }, { ...ENDPOINT, ...off }).settings).toBeUndefined();
    expect(read({ enabled: false }, ENDPOINT).settings).toBeUndefined();
    expect(read({}, { ...ENDPOINT, OTEL_SDK_DISABLED: 'no' }).settings).toBeDefined();
  });

  test('opt in to the conventions under development', () => {
    const env = { ...ENDPOINT, OTEL_SEMCONV_STABILITY_OPT_IN: 'http, gen_ai_latest_experimental' };
    expect(read({}, env).settings?.isExperimental).toBe(true);
  });

  test('that cannot be followed are told, and the defaults count', () => {
    const { settings, ignored } = read(
      {},
      {
        ...ENDPOINT,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
        OTEL_TRACES_SAMPLER: 'jaeger_remote',
      },
    );
    expect(ignored.map(({ variable }) => variable)).toEqual([
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'OTEL_EXPORTER_OTLP_TIMEOUT',
      'OTEL_TRACES_SAMPLER',
    ]);
    expect(settings?.destinations[0]).toMatchObject({ protocol: 'http/protobuf', timeoutMs: 10_000 });
  });
});

test('more destinations have keys of their own, and no headers of the environment', () => {
  const env = { ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a' };
  const exporters = [{ endpoint: 'https://lf.example/api/public/otel', profile: 'langfuse', content: true }];
  expect(read({ exporters }, env).settings?.destinations).toMatchObject([
    { url: 'http://collector:4318/v1/traces', headers: { authorization: 'Bearer a' }, content: false },
    { url: 'https://lf.example/api/public/otel/v1/traces', headers: {}, profile: 'langfuse', content: true },
  ]);
});
