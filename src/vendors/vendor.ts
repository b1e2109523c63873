import type { ProtocolName } from '../core/part.ts';
import type { CredentialHeader, Quirks } from '../core/route.ts';

/** A provider as data: everything that the gateway has to know to send requests there. */
export interface Vendor {
  /** What `backends[].vendor` calls it. */
  readonly name: string;
  /** Its APIs, the usual one first; the others serve where their URL or protocol is asked for. */
  readonly endpoints: readonly [VendorEndpoint, ...VendorEndpoint[]];
  /** The environment variable that its documentation keeps the key in, where key and URL are all that it takes. */
  readonly envKey?: string;
  /** How the names of its own models begin; none where it serves those of others. No prefix stands in two rows. */
  readonly modelPrefixes?: readonly string[];
  readonly quirks?: Quirks;
  /** The keys of a backend's config that are for this vendor. */
  readonly settings?: readonly VendorSetting[];
}

/** One API of a vendor. */
export interface VendorEndpoint {
  /**
   * Its base URL. `{region}` and the like come from the config (see `place.ts`), `*` is what every customer has of its
   * own. A backend's URL that begins so is known to be this one; of several, the longest counts. Only `https:` ones are
   * known by their URL: a port of this machine proves nothing.
   */
  readonly url: string;
  /** Other base URLs of the same API. */
  readonly alsoAt?: readonly string[];
  /** The dialects it speaks; the first is the one that others are translated to. */
  readonly protocols: readonly [ProtocolName, ...ProtocolName[]];
  /** Where the key stands, if not where the dialect has it. */
  readonly credential?: CredentialHeader;
  /** How requests are authorised where there is no `api_key`. */
  readonly signing?: Signing;
  /** How requests differ from those of the dialect. */
  readonly shape?: RequestShape;
  /** How it differs from its dialect, beyond what its vendor's `quirks` say. */
  readonly quirks?: Quirks;
  /** The API serves only where this key is set. */
  readonly requires?: VendorSetting;
}

/** AWS signs each request for a service; Google wants an OAuth 2 token. */
export type Signing = { readonly scheme: 'aws'; readonly service: string } | { readonly scheme: 'google' };

/** Ways to write a request, by name; `upstream/transports/transport.ts` has the code of each. */
export type RequestShape = 'azure' | 'bedrock-claude' | 'vertex-claude';

/** Keys of a backend's config that only some vendors have. */
export type VendorSetting = (typeof VENDOR_SETTINGS)[number];

/** The same, as a list. */
export const VENDOR_SETTINGS = [
  'api_version',
  'region',
  'project',
  'location',
  'credentials',
  'access_key_id',
  'secret_access_key',
  'session_token',
] as const;
