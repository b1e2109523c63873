/** One method of an SDK's client that sends a request, and how to call it with made-up values. */
export interface SdkCall {
  /** `beta.threads.runs.retrieve`. */
  readonly name: string;
  /** Calls it on a client of the same kind. */
  call(client: object): unknown;
}

/** What sends a request by itself; helpers that poll or loop do so through others. */
const SENDS = /this\._client\.(?:get|post|put|patch|delete|getAPIList)\(/;

/** Every method of a client of OpenAI's or Anthropic's SDK that sends a request, found by reflection. */
export function sdkCalls(client: object): SdkCall[] {
  return resourcesOf(client, []).flatMap(({ path, resource }) =>
    methodsOf(resource)
      .filter(([, method]) => SENDS.test(method.toString()))
      .map(([name, method]) => ({
        name: [...path, name].join('.'),
        call: (other) =>
          (at(other, path) as Record<string, (...values: unknown[]) => unknown>)[name]?.(...valuesFor(method)),
      })),
  );
}

interface Found {
  readonly path: readonly string[];
  readonly resource: object;
}

function resourcesOf(parent: object, path: readonly string[]): Found[] {
  return Object.entries(parent).flatMap(([key, value]: [string, unknown]): Found[] => {
    if (key.startsWith('_') || typeof value !== 'object' || value === null || !('_client' in value)) return [];
    const own = [...path, key];
    return [{ path: own, resource: value }, ...resourcesOf(value, own)];
  });
}

function methodsOf(resource: object): [string, (...values: unknown[]) => unknown][] {
  const prototype = Object.getPrototypeOf(resource) as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const value = prototype[name];
    const isMethod = name !== 'constructor' && !name.startsWith('_') && typeof value === 'function';
    return isMethod ? [[name, value as (...values: unknown[]) => unknown]] : [];
  });
}

function at(client: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, key) => (parent as Record<string, unknown>)[key], client);
}

/** Ids for what is an id by its name; for all else the members that its path is made of. */
function valuesFor(method: (...values: unknown[]) => unknown): unknown[] {
  const source = method.toString();
  const parameters = /^(?:async\s+)?[\w$]+\s*\(([^)]*)\)/.exec(source)?.[1] ?? '';
  return parameters
    .split(',')
    .map((parameter) => parameter.split('=')[0]?.trim() ?? '')
    .filter((name) => name !== '' && name !== 'options')
    .map((name) => (/^(?:params|body|query|param|_params)$/.test(name) ? membersIn(source) : 'made-up-1'));
}

function membersIn(source: string): Record<string, unknown> {
  const members: Record<string, unknown> = { purpose: 'batch' };
  for (const [, names = ''] of source.matchAll(/const \{([^}]*)\} = (?:params|body|query|param|_params)/g)) {
    for (const each of names.split(',')) {
      const name = each.split(':')[0]?.trim() ?? '';
      if (/^\w+$/.test(name) && name !== 'betas' && name !== 'stream') members[name] = 'made-up-2';
    }
  }
  return members;
}
