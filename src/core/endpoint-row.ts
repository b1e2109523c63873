import type { Endpoint } from './exchange.ts';

/**
 * Who may call an endpoint: anybody; whoever has a key; whoever runs the gateway (`operator`: with the admin key, or from
 * the gateway's own machine; `scraper`: from any machine).
 */
export type Auth = 'public' | 'caller' | 'operator' | 'scraper';

/** Which limits a request meets: none; the rate limits; those, and then the queue for a slot among what runs at once. */
export type Limits = 'none' | 'rate' | 'queue';

/** What handles a request. Each name is looked up in one table of functions where requests are handled. */
export type Handler =
  | 'model'
  | 'resource'
  | 'passthrough'
  | 'models'
  | 'model_by_id'
  | 'admin'
  | 'sign_in'
  | 'console'
  | 'health'
  | 'ready'
  | 'metrics';

/** What the table of endpoints says of each row besides its paths. */
export interface Access {
  readonly auth: Auth;
  readonly limits: Limits;
  readonly handler: Handler;
  /** A request here may become a WebSocket; anywhere else it is told that there is none. */
  readonly upgrades?: true | undefined;
}

/** What a path says by itself; the rest of an `Endpoint` is its row's. */
export type Matched = Omit<Endpoint, keyof Access>;

/** The paths of a row. */
export interface Match {
  /** By the whole path. */
  readonly paths?: Readonly<Record<string, Matched>>;
  /** For paths that contain a name; undefined for a path that is none of the row. */
  readonly find?: (path: string, query: string) => Matched | undefined;
  /** Paths that `find` takes, for whoever walks the table. */
  readonly examples?: readonly string[];
  /** Clients of several dialects ask here: their headers say which. */
  readonly isShared?: boolean;
  /** Other dialects have these paths too: the row is for those clients alone whose headers say that it is theirs. */
  readonly isTold?: boolean;
  /** For those alone who want a page: a browser, or a HEAD. */
  readonly isForBrowsers?: boolean;
}

/** One row of the table of endpoints (`server/endpoints.ts`). */
export interface EndpointRow extends Access {
  readonly match: Match;
}

/** What a model is asked for: a caller's, within all limits. */
export const MODEL: Access = { auth: 'caller', limits: 'queue', handler: 'model' };

/** What a provider keeps, by its id: a caller's, within the rate limits. It occupies no model. */
export const KEPT: Access = { auth: 'caller', limits: 'rate', handler: 'resource' };

/** The list of models. */
export const MODEL_LIST: Access = { auth: 'caller', limits: 'rate', handler: 'models' };

/** One model of the list. */
export const MODEL_BY_ID: Access = { auth: 'caller', limits: 'rate', handler: 'model_by_id' };

/** The rest of an API, passed through: a caller's, within all limits. */
export const PASSTHROUGH: Access = { auth: 'caller', limits: 'queue', handler: 'passthrough' };

/** What of it is about the account at the provider, or gives out credentials that lead past the gateway. */
export const PASSTHROUGH_ACCOUNT: Access = { auth: 'operator', limits: 'queue', handler: 'passthrough' };
