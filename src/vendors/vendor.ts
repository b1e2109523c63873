import type { ProtocolName } from '../core/part.ts';
import type { CredentialHeader, Quirks } from '../core/route.ts';

/** A provider as data: everything that the gateway needs to send requests there. */
export interface Vendor {
  /** Its name in `backends[].vendor`. */
  readonly name: string;
  /** Its APIs, the usual one first. The URL or protocol of a backend selects the others. */
  readonly endpoints: readonly [VendorEndpoint, ...VendorEndpoint[]];
  /** The environment variable for its key, as in its documentation, if key and URL are all that it needs. */
  readonly envKey?: string;
  /** The name prefixes of its own models; none if it serves other makers' models. No two rows share a prefix. */
  readonly modelPrefixes?: readonly string[];
  readonly quirks?: Quirks;
  /** Its name in traces (`gen_ai.provider.name` of OpenTelemetry), where the conventions have another than `name`. */
  readonly traceName?: string;
  /** Its answers say what they cost, in USD: that is what it charges. */
  readonly statesCost?: true;
  /** The keys of a backend's config that only this vendor has. */
  readonly settings?: readonly VendorSetting[];
}

/** One API of a vendor. */
export interface VendorEndpoint {
  /**
   * Its base URL. `{region}` and the like come from the config (see `place.ts`), and `*` differs between customers. A
   * backend whose URL begins with it belongs to this vendor; the longest match counts. Only `https:` URLs identify a
   * vendor: a port of this machine proves nothing.
   */
  readonly url: string;
  /** Other base URLs of the same API. */
  readonly alsoAt?: readonly string[];
  /** The dialects that it offers. Other dialects are translated to the first. */
  readonly protocols: readonly [ProtocolName, ...ProtocolName[]];
  /** Where the key goes, if not where the dialect has it. */
  readonly credential?: CredentialHeader;
  /** How to authorise requests without an `api_key`. */
  readonly signing?: Signing;
  /** How its requests differ from those of the dialect. */
  readonly shape?: RequestShape;
  /** How it differs from its dialect, in addition to its vendor's `quirks`. */
  readonly quirks?: Quirks;
  /** The API exists only if this key is set. */
  readonly requires?: VendorSetting;
}

/** AWS signs each request for a service. Google wants an OAuth 2 token. */
export type Signing = { readonly scheme: 'aws'; readonly service: string } | { readonly scheme: 'google' };

/** Ways to write a request, by name. `upstream/transports/transport.ts` has the code. */
export type RequestShape = 'azure' | 'bedrock-claude' | 'vertex-claude';

/** Config keys of a backend that only some vendors have. */
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
