import { type Finding, unknownMessage } from './messages.ts';
import { hasKey } from './listen-choice.ts';
import type { ConfigPath } from './problem.ts';
import { wildcardMatches } from '../lib/wildcard.ts';

/**
 * Problems between the parts of a config: names that are used but not defined, or defined twice. Takes the values before
 * validation and skips those of a wrong type, so that all problems are reported together.
 */
export function checkReferences(config: unknown): Finding[] {
  const backends = backendNames(config);
  const known = [...new Set(backends.map((backend) => backend.name))];
  const models = entries(at(config, 'models'));
  const aliases = models.map(([alias]) => alias);
  return [
    ...duplicates(backends),
    ...models.flatMap(([alias, model]) => [...routeFindings(alias, model, known), ...listFindings(alias, model)]),
    ...defaultAlias(at(at(config, 'routing'), 'default_alias'), models),
    ...sameAddress(config),
    ...openToAllPages(config),
    ...['per_model_rps', 'per_model_tpm'].flatMap((key) =>
      entries(at(at(config, 'rate_limit'), key)).flatMap(([alias]) =>
        unknownAlias(alias, aliases, ['rate_limit', key, alias]),
      ),
    ),
    ...budgetFallbacks(config, aliases),
  ];
}

function sameAddress(config: unknown): Finding[] {
  const [main, metrics, admin] = [config, at(config, 'metrics'), at(config, 'admin')].map((each) => at(each, 'listen'));
  const is = (one: unknown, other: unknown): boolean => typeof one === 'string' && one === other;
  const ofGateway = 'is the address of the gateway itself (use another, or remove it to serve';
  return [
    ...(is(metrics, main) ? [{ path: ['metrics', 'listen'], message: `${ofGateway} /metrics there)` }] : []),
    ...(is(admin, main) ? [{ path: ['admin', 'listen'], message: `${ofGateway} /admin and the console there)` }] : []),
    ...(is(admin, metrics)
      ? [{ path: ['admin', 'listen'], message: 'is the address of metrics.listen (use another)' }]
      : []),
  ];
}

/** Without a key, every web page that is open in a browser here could use the gateway. */
function openToAllPages(config: unknown): Finding[] {
  if (typeof config === 'object' && config !== null && hasKey(config)) return [];
  return items(at(at(config, 'cors'), 'origins')).flatMap((origin, index) => {
    if (origin !== '*') return [];
    const message = 'cannot be "*" while there is no key (set proxy_api_key or keys, or name the origins)';
    return [{ path: ['cors', 'origins', index], message }];
  });
}

/** A default alias that cannot serve: all requests without a model would be refused. */
function defaultAlias(name: unknown, models: readonly [string, unknown][]): Finding[] {
  if (typeof name !== 'string' || name === '') return [];
  const path = ['routing', 'default_alias'];
  if (name.endsWith('*')) return [{ path, message: 'is a wildcard (name one model)' }];
  const found = models.find(([alias]) => alias === name) ?? models.find(([alias]) => wildcardMatches(alias, name));
  if (found === undefined) {
    const aliases = models.map(([alias]) => alias);
    return [{ path, message: unknownMessage('alias', name, aliases) }];
  }
  return at(found[1], 'enabled') === false
    ? [{ path, message: `the alias "${found[0]}" is disabled (name another, or set enabled: true)` }]
    : [];
}

interface NamedBackend {
  name: string;
  index: number;
}

function backendNames(config: unknown): NamedBackend[] {
  return items(at(config, 'backends')).flatMap((backend, index) => {
    const name = at(backend, 'name');
    return typeof name === 'string' && name !== '' ? [{ name, index }] : [];
  });
}

function duplicates(backends: NamedBackend[]): Finding[] {
  const first = new Map<string, number>();
  return backends.flatMap(({ name, index }) => {
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      return [];
    }
    const message = `duplicate backend name "${name}" (backends[${earlier}] has it already: choose another)`;
    return [{ path: ['backends', index, 'name'], message }];
  });
}

function routeFindings(alias: string, model: unknown, backends: string[]): Finding[] {
  return items(at(model, 'routes')).flatMap((route, index) => {
    const path = ['models', alias, 'routes', index];
    const findings: Finding[] = [];
    const backend = at(route, 'backend');
    if (typeof backend === 'string' && backend !== '' && !backends.includes(backend)) {
      findings.push({ path: [...path, 'backend'], message: unknownMessage('backend', backend, backends) });
    }
    const message = wildcardProblem(alias, at(route, 'model'));
    if (message) findings.push({ path: [...path, 'model'], message });
    return findings;
  });
}

/** The names listed for a wildcard have to match it. */
function listFindings(alias: string, model: unknown): Finding[] {
  const list = at(model, 'list');
  if (list === undefined || list === null) return [];
  const path = ['models', alias, 'list'];
  if (!alias.endsWith('*'))
    return [{ path, message: 'is only for aliases that end in "*" (remove it: this alias is listed by its own name)' }];
  const prefix = alias.slice(0, -1);
  return items(list).flatMap((name, index) => {
    if (typeof name !== 'string' || name === '' || (name.startsWith(prefix) && name.length > prefix.length)) return [];
    return [{ path: [...path, index], message: `is not matched by "${alias}" (write a name such as ${prefix}NAME)` }];
  });
}

function wildcardProblem(alias: string, model: unknown): string | undefined {
  if (typeof model !== 'string' || !model.includes('*')) return undefined;
  if (!alias.endsWith('*')) return 'has a "*", but its alias does not end in one (name a model without "*")';
  return model.indexOf('*') === model.lastIndexOf('*') ? undefined : 'has more than one "*" (use one at most)';
}

function unknownAlias(alias: unknown, aliases: string[], path: ConfigPath): Finding[] {
  if (typeof alias !== 'string' || alias === '' || aliases.includes(alias)) return [];
  return [{ path, message: unknownMessage('alias', alias, aliases) }];
}

/** What `on_exceeded` of budgets names, wherever they are. */
function budgetFallbacks(config: unknown, aliases: string[]): Finding[] {
  const owners: readonly (readonly [ConfigPath, unknown])[] = [
    [[], config],
    ...entries(at(config, 'models')).map(([alias, model]) => [['models', alias], model] as const),
    ...['keys', 'teams'].flatMap((list) =>
      items(at(config, list)).map((owner, index) => [[list, index], owner] as const),
    ),
  ];
  return owners.flatMap(([path, owner]) =>
    items(at(owner, 'budgets')).flatMap((budget, index) =>
      items(at(at(budget, 'on_exceeded'), 'fallback')).flatMap((alias, place) => {
        const where = [...path, 'budgets', index, 'on_exceeded', 'fallback', place];
        if (typeof alias !== 'string' || aliases.some((known) => wildcardMatches(known, alias))) return [];
        if (alias.endsWith('*')) return [{ path: where, message: 'is a wildcard (name one model)' }];
        return unknownAlias(alias, aliases, where);
      }),
    ),
  );
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
