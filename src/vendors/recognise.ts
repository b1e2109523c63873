import type { Vendor, VendorEndpoint, VendorSetting } from './vendor.ts';
import { VENDORS } from './vendors.ts';

/** What a URL tells about the endpoint at its base. */
export interface Match {
  /** How many path segments are equal; -1 if neither path begins with the other. */
  readonly depth: number;
  /** The values for `{region}` and the like. */
  readonly values: Readonly<Record<string, string>>;
}

/** The vendor of a backend's URL, by its host. Port and scheme count. */
export function vendorAt(url: string): Vendor | undefined {
  let best: { vendor: Vendor; depth: number } | undefined;
  for (const vendor of VENDORS) {
    for (const endpoint of vendor.endpoints) {
      const match = endpoint.url.startsWith('https:') ? matchOf(url, endpoint) : undefined;
      if (match !== undefined && match.depth > (best?.depth ?? -2)) best = { vendor, depth: match.depth };
    }
  }
  return best?.vendor;
}

/** How well the URL fits the endpoint; undefined for another host. `anyHost` compares the path only. */
export function matchOf(url: string, endpoint: VendorEndpoint, anyHost = false): Match | undefined {
  let best: Match | undefined;
  for (const base of [endpoint.url, ...(endpoint.alsoAt ?? [])]) {
    const match = matchBase(split(url), split(base), anyHost);
    if (match !== undefined && match.depth > (best?.depth ?? -2)) best = match;
  }
  return best;
}

/**
 * The URL, completed with the rest of the endpoint's path if it ends within that: after the host, for example, or
 * before the version.
 */
export function completed(url: string, endpoint: VendorEndpoint): string {
  const { origin, segments } = split(url);
  const { segments: wanted } = split(endpoint.url);
  return isBeginning(segments, wanted, {}) ? [origin, ...segments, ...wanted.slice(segments.length)].join('/') : url;
}

/** The names of the settings in a URL. */
export function placeholdersOf(url: string): VendorSetting[] {
  const names = Array.from(url.matchAll(PLACEHOLDER), ([, name = '']) => (name === 'aiplatform' ? 'location' : name));
  return [...new Set(names)] as VendorSetting[];
}

/** The URL with the settings filled in. A missing setting leaves its name. */
export function filled(url: string, values: Readonly<Record<string, string | undefined>>): string {
  return url.replace(PLACEHOLDER, (whole, name: string) => {
    if (name !== 'aiplatform') return values[name] ?? whole;
    return values['location'] === undefined ? whole : aiplatformHost(values['location']);
  });
}

const PLACEHOLDER = /\{(\w+)\}/g;

/** Vertex AI's host: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/locations */
function aiplatformHost(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com';
  const isMultiRegion = location === 'us' || location === 'eu';
  return isMultiRegion ? `aiplatform.${location}.rep.googleapis.com` : `${location}-aiplatform.googleapis.com`;
}

interface SplitUrl {
  readonly origin: string;
  readonly segments: readonly string[];
}

function split(url: string): SplitUrl {
  const [scheme = '', rest = ''] = url.split('://');
  const [host = '', ...segments] = rest.split('/').filter((part) => part !== '');
  return { origin: `${scheme}://${host}`, segments };
}

function matchBase(url: SplitUrl, base: SplitUrl, anyHost: boolean): Match | undefined {
  const values: Record<string, string> = {};
  if (!anyHost && !fits(url.origin, base.origin, values)) return undefined;
  const common = base.segments.slice(0, url.segments.length);
  const isFit = isBeginning(url.segments.slice(0, base.segments.length), common, values);
  return { depth: isFit ? common.length : -1, values };
}

function isBeginning(segments: readonly string[], wanted: readonly string[], values: Record<string, string>): boolean {
  return (
    segments.length <= wanted.length && segments.every((segment, index) => fits(segment, wanted[index] ?? '', values))
  );
}

/** Whether a text matches a pattern with `*` and `{names}`. The values for the names go into `values`. */
function fits(text: string, pattern: string, values: Record<string, string>): boolean {
  if (!/[{*]/.test(pattern)) return text === pattern;
  const names: string[] = [];
  const source = pattern.replace(/\{(\w+)\}|\*|[^\w]/g, (found, name?: string) => {
    if (name === 'aiplatform') return String.raw`(?:[\w-]+-)?aiplatform(?:\.[\w-]+\.rep)?\.googleapis\.com`;
    if (name === undefined) return found === '*' ? '[^/]+' : `\\${found}`;
    names.push(name);
    return '([^/]+?)';
  });
  const match = new RegExp(`^${source}$`).exec(text);
  if (match === null) return false;
  for (const [index, name] of names.entries()) values[name] = match[index + 1] ?? '';
  return true;
}
