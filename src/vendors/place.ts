import type { ProtocolName } from '../core/part.ts';
import { DEFAULT_PROTOCOL, DIALECTS } from './dialects.ts';
import { completed, filled, matchOf, placeholdersOf, vendorAt } from './recognise.ts';
import type { GoogleAccount } from './google-account.ts';
import { readGoogleAccount } from './google-account.ts';
import type { Vendor, VendorEndpoint, VendorSetting } from './vendor.ts';
import { VENDOR_SETTINGS } from './vendor.ts';
import { VENDORS } from './vendors.ts';
import type { Environment } from '../lib/environment.ts';

/** The keys of a backend's config that say where it is. */
export type PlaceSettings = {
  readonly [K in VendorSetting | 'url' | 'vendor' | 'protocol' | 'api_key']?: string | undefined;
};

/** The address of a backend, its dialects, and how to authorise requests. */
export interface Place {
  readonly vendor: Vendor | undefined;
  readonly endpoint: VendorEndpoint;
  readonly url: string;
  /** Never empty. */
  readonly protocols: readonly ProtocolName[];
  /** Undefined if there is an `api_key`, or if no authorisation is needed. */
  readonly signer: Signer | undefined;
}

/** How to authorise requests other than by a header with a key. */
export type Signer =
  | { readonly scheme: 'aws'; readonly service: string; readonly region: string; readonly keys: AwsKeys }
  | { readonly scheme: 'google'; readonly account: GoogleAccount };

/** The credentials to sign AWS requests with. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/** A problem with one key of a backend's config. */
export interface PlaceProblem {
  readonly key: keyof PlaceSettings;
  readonly message: string;
}

/**
 * Where a backend is: at the vendor that the config names, or at the vendor of its URL's host, or at an unknown server
 * with OpenAI's chat completions. No place if there are problems.
 */
export function placeBackend(
  settings: PlaceSettings,
  env: Environment,
): { place: Place } | { problems: PlaceProblem[] } {
  const { url } = settings;
  if (url === DEMO_URL) return placeDemo(settings);
  const vendor = vendorOf(settings);
  if (vendor === undefined) return placeAnywhere(settings, undefined);
  const endpoint = endpointFor(vendor, settings);
  if (endpoint === undefined && settings.vendor === undefined) return placeAnywhere(settings, vendor);
  const problems = [...pointless(settings, vendor), ...mistaken(url, vendor)];
  if (endpoint === undefined) return { problems: [notSpoken(vendor, settings.protocol ?? ''), ...problems] };

  const base = url === undefined ? endpoint.url : completed(url, endpoint);
  const known = valuesOf(settings, env, url === undefined ? {} : matchOf(url, endpoint)?.values);
  const needed = placeholdersOf(base).filter((name) => known[name] === undefined);
  problems.push(...needed.map((key) => missing(key, vendor)));
  if (base.includes('*')) problems.push({ key: 'url', message: `is missing (your own, such as ${example(base)})` });
  const authority = authorityOf(settings, endpoint, { vendor, env, region: known['region'] });
  problems.push(...authority.problems.filter(({ key }) => !needed.some((name) => name === key)));
  if (problems.length > 0) return { problems };
  const asked = protocolNamed(settings.protocol);
  const protocols = asked === undefined ? endpoint.protocols : [asked];
  return { place: { vendor, endpoint, url: filled(base, known), protocols, signer: authority.signer } };
}

/** The dialect that `protocol` names in the config. */
export function protocolNamed(name: string | undefined): ProtocolName | undefined {
  return DIALECTS.find((dialect) => dialect.name === name)?.protocol;
}

/** Whether the vendor at the URL is known not to have the dialect that the config names. That is probably a mistake. */
export function isUnlikely(settings: PlaceSettings): Vendor | undefined {
  const vendor = settings.vendor === undefined && settings.url !== undefined ? vendorAt(settings.url) : undefined;
  return vendor !== undefined && endpointFor(vendor, settings) === undefined ? vendor : undefined;
}

/** Whose API a backend's is: as the config says, or its URL's host; undefined: a server that no vendor is known for. */
export function vendorOf({ vendor: name, url }: PlaceSettings): Vendor | undefined {
  if (name !== undefined) return VENDORS.find((vendor) => vendor.name === name);
  return url === undefined ? undefined : vendorAt(url);
}

/** The place of the embedded demo backend. */
export const DEMO_URL = 'demo:';

function placeDemo(settings: PlaceSettings): { place: Place } | { problems: PlaceProblem[] } {
  const problems: PlaceProblem[] = [];
  const allowed = 'the demo backend has no vendor and speaks openai';
  if (settings.vendor !== undefined)
    problems.push({ key: 'vendor', message: `cannot be set for "demo:" (${allowed})` });
  if (settings.protocol !== undefined && protocolNamed(settings.protocol) !== DEFAULT_PROTOCOL) {
    problems.push({ key: 'protocol', message: `cannot be ${settings.protocol} for "demo:" (${allowed})` });
  }
  const elsewhere = placeAnywhere({ ...settings, vendor: undefined, protocol: undefined }, undefined);
  return 'problems' in elsewhere || problems.length > 0
    ? { problems: [...problems, ...('problems' in elsewhere ? elsewhere.problems : [])] }
    : elsewhere;
}

/** The place of a URL that no vendor is known for, or one of `vendor` with a dialect that its row does not have yet. */
function placeAnywhere(
  settings: PlaceSettings,
  vendor: Vendor | undefined,
): { place: Place } | { problems: PlaceProblem[] } {
  const problems = pointless(settings, vendor);
  const { url } = settings;
  if (url === undefined) problems.push({ key: 'url', message: URL_MISSING });
  if (url === undefined || problems.length > 0) return { problems };
  const protocols = [protocolNamed(settings.protocol) ?? DEFAULT_PROTOCOL] as const;
  return { place: { vendor, endpoint: { url, protocols }, url, protocols, signer: undefined } };
}

const URL_MISSING =
  'is missing (an http:// or https:// URL such as https://api.openai.com/v1, or "demo:"; or a vendor that has one, such as vendor: openai)';

/** The endpoint for the URL or the protocol; undefined if none has that protocol. */
function endpointFor(vendor: Vendor, settings: PlaceSettings): VendorEndpoint | undefined {
  const { url } = settings;
  const asked = protocolNamed(settings.protocol);
  let best: { endpoint: VendorEndpoint; depth: number } | undefined;
  for (const endpoint of vendor.endpoints) {
    if (endpoint.requires !== undefined && settings[endpoint.requires] === undefined) continue;
    if (asked !== undefined && !endpoint.protocols.includes(asked)) continue;
    const match = url === undefined ? undefined : (matchOf(url, endpoint) ?? matchOf(url, endpoint, true));
    const depth = match?.depth ?? 0;
    if (best === undefined || depth > best.depth) best = { endpoint, depth };
  }
  return best?.endpoint;
}

/** The values for the names in a URL: from the config, or the URL itself, or the environment. */
function valuesOf(
  { project, location, region }: PlaceSettings,
  env: Environment,
  ofUrl: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
  return {
    project: project ?? ofUrl['project'],
    location: location ?? ofUrl['location'],
    region: region ?? ofUrl['region'] ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined),
  };
}

/** How to authorise requests to the endpoint other than by an `api_key`. */
function authorityOf(
  settings: PlaceSettings,
  { signing }: VendorEndpoint,
  { vendor, env, region }: { vendor: Vendor; env: Environment; region: string | undefined },
): { signer?: Signer; problems: PlaceProblem[] } {
  if (signing === undefined || settings.api_key !== undefined) return { problems: [] };
  if (signing.scheme === 'google') {
    if (settings.credentials === undefined) return { problems: [missing('credentials', vendor)] };
    const account = readGoogleAccount(settings.credentials);
    // The config's schema has reported it already.
    return 'problem' in account ? { problems: [] } : { signer: { scheme: 'google', account }, problems: [] };
  }
  const keys = awsKeys(settings, env);
  const problems = [
    ...(region === undefined ? [missing('region', vendor)] : []),
    ...(typeof keys === 'string' ? [missing(keys, vendor)] : []),
  ];
  if (typeof keys === 'string' || region === undefined) return { problems };
  return { signer: { scheme: 'aws', service: signing.service, region, keys }, problems };
}

/** The keys from the config, or from the usual variables; or the name of the missing one. */
function awsKeys(settings: PlaceSettings, env: Environment): AwsKeys | 'access_key_id' | 'secret_access_key' {
  const { access_key_id: ownId, secret_access_key: ownSecret, session_token: ownToken } = settings;
  const isOwn = ownId !== undefined || ownSecret !== undefined;
  const accessKeyId = isOwn ? ownId : env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = isOwn ? ownSecret : env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId) return 'access_key_id';
  if (!secretAccessKey) return 'secret_access_key';
  return { accessKeyId, secretAccessKey, sessionToken: isOwn ? ownToken : env['AWS_SESSION_TOKEN'] || undefined };
}

const HINTS: Readonly<Record<VendorSetting, string>> = {
  api_version: 'such as 2024-10-21',
  region: 'such as us-east-1; or AWS_REGION in the environment',
  project: 'the ID of the cloud project',
  location: 'global, or a region such as us-east5',
  credentials: "a service account's JSON key, such as file:/run/secrets/vertex.json; or api_key",
  access_key_id: 'with secret_access_key; or both in the environment as AWS_…; or api_key',
  secret_access_key: 'it goes with access_key_id',
  session_token: 'it goes with a temporary access_key_id',
};

function missing(key: VendorSetting, vendor: Vendor): PlaceProblem {
  return { key, message: `is missing: vendor ${vendor.name} needs it (${HINTS[key]})` };
}

function notSpoken(vendor: Vendor, name: string): PlaceProblem {
  const spoken = new Set(vendor.endpoints.flatMap(({ protocols }) => protocols));
  const names = DIALECTS.filter(({ protocol }) => spoken.has(protocol)).map((dialect) => dialect.name);
  return { key: 'protocol', message: `cannot be ${name} with vendor ${vendor.name} (${names.join(', ')})` };
}

/** The URL of one vendor together with the name of another. */
function mistaken(url: string | undefined, vendor: Vendor): PlaceProblem[] {
  const owner = url === undefined ? undefined : vendorAt(url);
  if (owner === undefined || owner === vendor) return [];
  return [{ key: 'vendor', message: `cannot be ${vendor.name} with the URL of another (${owner.name}, or none)` }];
}

/** Settings for other vendors. */
function pointless(settings: PlaceSettings, vendor: Vendor | undefined): PlaceProblem[] {
  return VENDOR_SETTINGS.filter((key) => settings[key] !== undefined && vendor?.settings?.includes(key) !== true).map(
    (key) => {
      const owners = VENDORS.filter((row) => row.settings?.includes(key)).map(({ name }) => `vendor: ${name}`);
      return { key, message: `cannot be set for this backend (only with ${owners.join(' or ')})` };
    },
  );
}

function example(url: string): string {
  return new URL(url.replace('*', 'NAME')).origin.replace('name', 'NAME');
}
