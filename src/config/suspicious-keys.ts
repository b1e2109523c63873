import { isLocalHost } from '../lib/local-host.ts';
import { placeBackend } from '../vendors/place.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';
import type { Environment } from '../lib/environment.ts';
import { callerKeys } from './caller-keys.ts';
import type { Finding } from './messages.ts';
import type { ConfigPath } from './problem.ts';
import type { Config } from './schema.ts';

type BackendConfig = Config['backends'][number];

/** Keys that cannot be right, and backends without a key that need one. No message shows any part of a key. */
export function suspiciousKeys(config: Config, env: Environment): Finding[] {
  const own = callerKeys(config).map(({ path, key }) => ({ path, key, needsRealKey: true }));
  const keys = [...own, ...config.backends.flatMap((backend, index) => keysOf(backend, index, env))];
  return [
    ...keys.flatMap(({ path, key, needsRealKey }) => {
      const message =
        variableMessage(key) ?? schemeMessage(key) ?? (needsRealKey ? placeholderMessage(key) : undefined);
      return message === undefined ? [] : [{ path, message }];
    }),
    ...missingKeys(config, env),
  ];
}

interface Key {
  readonly path: ConfigPath;
  readonly key: string;
  /** A placeholder is wrong there. A server on the same machine may accept any key. */
  readonly needsRealKey: boolean;
}

const KEYS = ['api_key', 'access_key_id', 'secret_access_key', 'session_token'] as const;

function keysOf(backend: BackendConfig, index: number, env: Environment): Key[] {
  const host = hostOf(backend, env);
  const needsRealKey = host !== undefined && !isLocalHost(host);
  const keys = KEYS.flatMap((name): Key[] => {
    const key = backend[name];
    return key === undefined ? [] : [{ path: ['backends', index, name], key, needsRealKey }];
  });
  // In a header, a scheme is correct.
  const headers = Object.entries(backend.headers ?? {}).map(([name, value]) => {
    return { path: ['backends', index, 'headers', name], key: value.replace(/^(?:Bearer|Basic) +/i, ''), needsRealKey };
  });
  return [...keys, ...headers];
}

function hostOf(backend: BackendConfig, env: Environment): string | undefined {
  const found = placeBackend(backend, env);
  return 'place' in found ? URL.parse(found.place.url)?.hostname : undefined;
}

/** The forms in which other programs name a variable, and a name by itself. */
const VARIABLES: readonly RegExp[] = [
  // LiteLLM
  /^os\.environ\/(?<name>\w+)$/,
  // Shells. A key may begin with a dollar sign, but is not all capitals and underscores.
  /^\$(?<name>[A-Z][A-Z\d]*(?:_[A-Z\d]+)+)$/,
  /^%(?<name>\w+)%$/,
  // Caddy, GitHub, Jinja, Helm, JavaScript, Python
  /^\{{1,2}\s*(?:\$|\.?env\.|\.Values\.|secrets\.)?(?<name>[A-Za-z_]\w*)\s*\}{1,2}$/,
  /^\$\{\{\s*(?:secrets|env|vars)\.(?<name>\w+)\s*\}\}$/,
  /^(?:process\.)?env[.:/](?<name>[A-Za-z_]\w*)$/i,
  /^os\.(?:getenv\(|environ\[)["']?(?<name>\w+)["']?[)\]]$/,
  /^(?<bare>[A-Z][A-Z\d]*(?:_[A-Z\d]+)*_(?:KEY|TOKEN|SECRET))$/,
];

function variableMessage(key: string): string | undefined {
  for (const form of VARIABLES) {
    const { name, bare } = form.exec(key)?.groups ?? {};
    if (bare !== undefined && /^(?:YOUR|MY)_/.test(bare)) return undefined;
    if (name !== undefined && isCertainName(name))
      return `is taken as text, not as the value of a variable (write \${${name}})`;
    if (name !== undefined || bare !== undefined)
      return 'is the name of a variable, not its value (write ${NAME} with that name)';
  }
  return undefined;
}

/** Whether it is certainly a variable's name, and no part of a key: only then may a message show it. */
function isCertainName(name: string): boolean {
  return /^[A-Za-z]+(?:_[A-Za-z\d]+)+$/.test(name) && name.length <= 64;
}

function schemeMessage(key: string): string | undefined {
  const [, scheme] = /^(Bearer|Basic|Token|Authorization:|x-api-key:|api-key:)\s+\S/i.exec(key) ?? [];
  if (scheme === undefined) return undefined;
  return `begins with "${scheme} " (write only the key, without "${scheme} ": the gateway adds the rest of the header)`;
}

const PLACEHOLDER = new RegExp(
  [
    String.raw`<.*>`,
    String.raw`\[.*\]`,
    String.raw`(?:sk-|sk-ant-|sk-proj-|gsk_|AIza)?(?:x{3,}|\.{3}|…|\*{3,})(?:-?x+)*`,
    String.raw`(?:sk-)?(?:ant-)?(?:your|my|insert|enter|paste|put|add)[-_ ](?:.*[-_ ])?(?:key|token|secret|here)(?:[-_ ].*)?`,
    String.raw`.*[-_ ](?:key|token|secret)[-_ ](?:goes[-_ ])?here`,
    String.raw`change[-_ ]?(?:me|it|this)(?:[-_ ].*)?`,
    String.raw`replace[-_ ]?(?:me|with|this)(?:[-_ ].*)?`,
    String.raw`(?:api|secret|access)[-_ ]?key|place[-_ ]?holder|todo|fixme|tbd`,
  ]
    .map((form) => `^(?:${form})$`)
    .join('|'),
  'i',
);

function placeholderMessage(key: string): string | undefined {
  return PLACEHOLDER.test(key)
    ? 'is a placeholder (write the key itself, as text, ${VARIABLE} or file:/path/to/it)'
    : undefined;
}

/** Backends without a key, behind a gateway with keys: it does not pass on those of clients. */
function missingKeys(config: Config, env: Environment): Finding[] {
  if (config.proxy_api_key === undefined && config.keys === undefined) return [];
  return config.backends.flatMap((backend, index) => {
    const vendor = backend.enabled ? vendorWithoutKey(backend, env) : undefined;
    if (vendor === undefined) return [];
    const remedy = vendor.envKey === undefined ? 'set api_key' : `set api_key: \${${vendor.envKey}}`;
    const message = `has no api_key, and a gateway with its own keys does not pass on those of clients: ${vendor.name} will refuse every request (${remedy})`;
    return [{ path: ['backends', index], message }];
  });
}

/** The vendor of a backend that needs a key, and has neither a key nor anything in its place. */
function vendorWithoutKey(backend: BackendConfig, env: Environment): Vendor | undefined {
  const found = placeBackend(backend, env);
  if (backend.api_key !== undefined || !('place' in found)) return undefined;
  const { vendor, url, signer } = found.place;
  const names = Object.keys(backend.headers ?? {}).map((name) => name.toLowerCase());
  const hasOther = signer !== undefined || names.some((name) => CREDENTIAL_HEADERS.includes(name));
  return hasOther || !url.startsWith('https:') ? undefined : vendor;
}
