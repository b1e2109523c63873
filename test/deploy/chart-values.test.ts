// The values of the Helm chart: each comes out as what was given, whatever it looks like in YAML, or is refused with a
// message that names it.
import { describe, expect, test } from 'bun:test';
import { parse } from 'yaml';
import type { Json } from '../kit/json.ts';
import { CHART, complaintAbout, EVERYTHING, helm, render, rendered } from './chart.ts';
import { read } from './files.ts';
import { configOf, expectSound, only } from './sound.ts';

const defaults: Json = parse(read(`${CHART}/values.yaml`));
type Path = readonly (string | number)[];

/** The defaults, but for the config's, with every part that writes a value. */
const ALL_PARTS: Json = deepMerge(
  { ...defaults, config: {} },
  {
    ...EVERYTHING,
    image: { tag: '' },
    nameOverride: '',
    metrics: {
      serviceMonitor: { enabled: true, labels: { release: 'x' } },
      prometheusRule: { enabled: true, labels: { release: 'x' } },
      dashboard: { enabled: true },
    },
  },
);

/**
 * Where texts are in the values, less the config's, which the gateway checks, quantities, and the name of a Secret in whose
 * place the chart makes its own.
 */
const LESS = /^(config|resources|secret\.existing)\b/;
const TEXTS: Path[] = [...pathsOf(ALL_PARTS, (value) => typeof value === 'string'), ['fullnameOverride']].filter(
  (path, index, all) => !LESS.test(path.join('.')) && all.findIndex((one) => one.join() === path.join()) === index,
);
/** What YAML takes for something else, or for the beginning or the end of it. */
const ODD = [
  'yes',
  '1e3',
  '0123',
  'null',
  '~',
  'a: b',
  'x # y',
  '{',
  'a}',
  "it's",
  '"',
  '5, x: y',
  'a\nb: c',
  ' a',
  '%',
];

/** Values over others, as Helm lays them: within objects, and lists as a whole. */
function deepMerge(under: Json, over: Json): Json {
  if ([under, over].some((one) => typeof one !== 'object' || one === null || Array.isArray(one))) return over;
  return {
    ...under,
    ...Object.fromEntries(Object.entries(over).map(([key, one]) => [key, deepMerge(under[key], one)])),
  };
}

/** The paths of the values that a condition holds for. */
function pathsOf(value: Json, holds: (value: Json) => boolean, path: Path = []): Path[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) =>
          pathsOf(one, holds, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : [];
  return holds(value) && path.length > 0 ? [path, ...inner] : inner;
}

/** A copy of the values with another one at a path. */
function withValue(values: Json, [first, ...rest]: Path, value: unknown): Json {
  if (first === undefined) return value;
  const copy: Json = Array.isArray(values) ? [...values] : { ...values };
  copy[first] = withValue(copy[first] ?? {}, rest, value);
  return copy;
}

/** The objects, where every text that holds one holds the other instead, in what is encoded too. */
function replaced(objects: readonly Json[], from: string, to: string): Json[] {
  const inside = (value: Json): Json => {
    if (typeof value === 'string') return value.replaceAll(from, to);
    if (Array.isArray(value)) return value.map(inside);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inside(one)]));
  };
  return objects.map(inside);
}

/** Without what Helm makes up, and with Secrets in plain text. */
function comparable(objects: readonly Json[]): Json[] {
  return objects.map((one) => {
    if (one.kind !== 'Secret') return one;
    const { 'proxy-api-key': _key, 'server-secret': _secret, ...data } = one.data;
    return { ...one, data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, atob(String(text))])) };
  });
}

/** An odd text as it is tried at a path: one of HTTP begins with a slash, or is refused for that alone. */
function at(path: Path, odd: string): string {
  return path[1] === 'paths' ? `/${odd}` : odd;
}

/** A text without oddities that is in no other place. */
const plainAt = (path: Path): string => at(path, `zz${TEXTS.indexOf(path)}plain`);

/** The values with a text at each of the paths. */
const given = (paths: readonly Path[], text: (path: Path) => string): Json =>
  paths.reduce((values, path) => withValue(values, path, text(path)), ALL_PARTS);

/** Those of all texts that Helm takes; it names all of the others at once. */
async function taken(text: (path: Path) => string): Promise<Path[]> {
  const refused = await rendered(given(TEXTS, text));
  const complaint = 'complaint' in refused ? refused.complaint : '';
  expect(complaint).toContain("values don't meet the specifications of the schema");
  const places = new Set([...complaint.matchAll(/at '\/(.*?)'/g)].map(([, place]) => place));
  return TEXTS.filter((path) => !places.has(path.map((key) => String(key).replaceAll('/', '~1')).join('/')));
}

describe.skipIf(helm === '')('a text', () => {
  let plain: Set<Path> | undefined;
  test.each(ODD)('that is %j comes out as that, wherever it is not refused', async (odd) => {
    plain ??= new Set(await taken(plainAt));
    let paths = await taken((path) => at(path, odd));
    // What is refused without oddities has words of its own, or a form, and cannot take them.
    expect(paths.filter((path) => !plain?.has(path))).toEqual([]);
    let made = await rendered(given(paths, (path) => at(path, odd)));
    if ('complaint' in made) {
      expect(made.complaint).toContain(`the objects would be called ${JSON.stringify(odd)}`);
      paths = paths.filter(([name]) => name !== 'fullnameOverride');
      made = await rendered(given(paths, (path) => at(path, odd)));
    }
    if ('complaint' in made) throw new Error(made.complaint);
    let expected = comparable(await render(given(paths, plainAt)));
    for (const path of paths) {
      const before = JSON.stringify(expected);
      expected = replaced(expected, plainAt(path), at(path, odd));
      // It is somewhere in the objects.
      expect([path, JSON.stringify(expected) === before]).toEqual([path, false]);
    }
    expect(comparable(made.objects)).toEqual(expected);
    // Labels, annotations and Secrets take any text.
    expect(paths.map((path) => path.join('.'))).toContain('metrics.serviceMonitor.labels.release');
    expect(paths.map((path) => path.join('.'))).toContain('secret.values.openai');
  });

  test.each(['yes', '1e3', '0123', 'null'])(
    'that is %j may be the name of a Secret, and of a key of one',
    async (odd) => {
      const named = only(await render({ secret: { existing: odd } }), 'Deployment').spec.template.spec.volumes[1];
      expect(named.secret.secretName).toBe(odd);
      const { data } = only(await render({ secret: { values: { [odd]: 'x' } } }), 'Secret');
      expect(atob(data[odd])).toBe('x');
    },
  );

  test.each([
    ['true', 'true-llm-proxy'],
    ['null', 'null-llm-proxy'],
  ])('the name of a release may be %s', async (release, name) => {
    const objects = await render({}, release);
    expectSound(objects);
    const { metadata, spec } = only(objects, 'Deployment');
    expect(metadata.name).toBe(name);
    expect(spec.selector.matchLabels['app.kubernetes.io/instance']).toBe(release);
  });

  test('the name of a release that a Service cannot have is refused, or kept beside another', async () => {
    for (const release of ['123', 'a.b']) {
      expect(await complaintAbout({}, release)).toContain(
        `the objects would be called "${release}-llm-proxy", and a Service's name is of lowercase letters, digits and ` +
          'hyphens and begins with a letter: set fullnameOverride',
      );
      const objects = await render({ fullnameOverride: 'yes' }, release);
      expectSound(objects);
      expect(only(objects, 'Deployment').metadata.labels['app.kubernetes.io/instance']).toBe(release);
      expect(only(objects, 'Deployment').metadata.name).toBe('yes');
    }
  });
});

describe.skipIf(helm === '')('null', () => {
  const paths = pathsOf(defaults, () => true).filter(
    (path) => (path[0] !== 'config' || path.length === 1) && path.every((key) => typeof key === 'string'),
  );
  test.each(paths.map((path) => [path.join('.'), path] as const))('%s: null is no crash', async (_name, path) => {
    const made = await rendered(deepMerge(ALL_PARTS, withValue({}, path, null)));
    if ('complaint' in made)
      expect(made.complaint).toMatch(new RegExp(`missing property '${path.at(-1)}'|${path.join('.')} is empty`));
    else expect(pathsOf(made.objects, (value) => value === null)).toEqual([]);
  });

  test('resources: null is a pod without a limit', async () => {
    const objects = await render({ resources: null });
    expectSound(objects);
    expect(only(objects, 'Deployment').spec.template.spec.containers[0].resources).toBeUndefined();
    expect(configOf(objects).config.server.max_buffered_mb).toBe(512);
  });
});

describe.skipIf(helm === '')('the memory that requests may hold', () => {
  test.each<[string | number, number]>([
    ['1Gi', 512],
    ['1.5Gi', 768],
    ['256Mi', 128],
    ['262144Ki', 128],
    ['256M', 122],
    ['1G', 476],
    ['0.001Ti', 524],
    ['268435456', 128],
    [268_435_456, 128],
    ['1e9', 476],
    ['1E9', 476],
    ['2.5e+8', 119],
    ['1000000k', 476],
    ['.5Gi', 256],
    ['268435456000m', 128],
  ])('is half of a limit of %p: %d MiB', async (memory, half) => {
    const objects = await render({ resources: { limits: { memory } } });
    expectSound(objects);
    expect(configOf(objects).config.server.max_buffered_mb).toBe(half);
    expect(only(objects, 'Deployment').spec.template.spec.containers[0].resources.limits.memory).toBe(memory);
  });

  test.each([
    ['1GB', "at '/resources/limits/memory': '1GB' does not match pattern"],
    ['', "at '/resources/limits/memory': '' does not match pattern"],
    ['512m', 'resources.limits.memory is "512m", which is less than 2Mi'],
  ])('is not guessed of %p', async (memory, reason) => {
    expect(await complaintAbout({ resources: { limits: { memory } } })).toContain(reason);
  });
});

describe.skipIf(helm === '')('whatever the objects are called', () => {
  test.each([
    [{ nameOverride: 'gw' }, 'llm-proxy'],
    [{ fullnameOverride: 'gw' }, 'llm-proxy'],
    [{ nameOverride: '1' }, 'a'],
  ])('the job is llm-proxy: %p', async (names, release) => {
    expectSound(await render({ ...names, metrics: { serviceMonitor: { enabled: true } } }, release));
  });

  test('labels of a monitor and the like come before those of the chart', async () => {
    const labels = { 'app.kubernetes.io/instance': 'prometheus' };
    const on = { enabled: true, labels };
    const objects = await render({ metrics: { serviceMonitor: on, prometheusRule: on, dashboard: on } });
    expectSound(objects);
    for (const kind of ['ServiceMonitor', 'PrometheusRule']) {
      expect(only(objects, kind).metadata.labels).toMatchObject({ ...labels, 'app.kubernetes.io/name': 'llm-proxy' });
    }
    expect(only(objects, 'ConfigMap', 'llm-proxy-dashboard').metadata.labels).toMatchObject(labels);
  });
});

test.skipIf(helm === '')('without a pause before the end there is no preStop, which may not be of 0 s', async () => {
  const objects = await render({ preStopSeconds: 0 });
  expectSound(objects);
  expect(only(objects, 'Deployment').spec.template.spec.containers[0].lifecycle).toBeUndefined();
});

test.skipIf(helm === '').each<[string, object, string]>([
  ['a tag that is a number', { image: { tag: 1.1 } }, "at '/image/tag': got number, want string"],
  [
    'alerts on metrics that are off',
    { metrics: { enabled: false, prometheusRule: { enabled: true } } },
    'metrics.prometheusRule.enabled is true while metrics.enabled is false',
  ],
  [
    'a monitor of metrics that are off',
    { metrics: { enabled: false, serviceMonitor: { enabled: true } } },
    'metrics.serviceMonitor.enabled is true while metrics.enabled is false',
  ],
  [
    'a dashboard of metrics that are off',
    { metrics: { enabled: false, dashboard: { enabled: true } } },
    'metrics.dashboard.enabled is true while metrics.enabled is false',
  ],
  [
    'a label by which pods are found',
    { podLabels: { 'app.kubernetes.io/name': 'mine' } },
    'podLabels sets app.kubernetes.io/name, by which the pods are found',
  ],
  ['a port that there is not', { service: { port: 70_000 } }, "at '/service/port': maximum: got 70,000, want 65,535"],
  ['a key that a Secret cannot have', { secret: { values: { 'bad key!': 'x' } } }, "'bad key!' does not match pattern"],
  [
    'an annotation that is no text',
    { podAnnotations: { a: true } },
    "at '/podAnnotations/a': got boolean, want string",
  ],
  ['a path without a slash', { ingress: { paths: ['v1'] } }, "at '/ingress/paths/0': 'v1' does not match pattern"],
])('%s is refused', async (_what, given, complaint) => {
  expect(await complaintAbout(given)).toContain(complaint);
});
