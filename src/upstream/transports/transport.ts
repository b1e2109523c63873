import type { Backend } from '../../core/route.ts';
import type { Signer } from '../../vendors/place.ts';
import { DEMO_URL } from '../../vendors/place.ts';
import type { RequestShape } from '../../vendors/vendor.ts';
import { bedrockClaude } from './aws/claude.ts';
import { signedForAws } from './aws/signed.ts';
import { azure } from './azure.ts';
import { withProvenUrl } from './proven.ts';
import { demoTransport } from './demo-transport.ts';
import { vertexClaude } from './google/claude.ts';
import { withGoogleToken } from './google/authorised.ts';
import { httpTransport } from './http.ts';

/** How requests reach a backend. */
export type Transport = Pick<Backend, 'send' | 'secrets'> & {
  /** Closes the connections that are idle, for nothing new is sent any more; what is under way goes on. */
  readonly retire?: (() => void) | undefined;
};

/** Everything that a transport depends on. */
export interface TransportPlan {
  readonly url: string;
  /** Not used by the transport: but connections belong to whoever has the key. */
  readonly apiKey: string | undefined;
  readonly signer: Signer | undefined;
  readonly shape: RequestShape | undefined;
  readonly apiVersion: string | undefined;
  /** Connections serve one request after another. */
  readonly keepAlive: boolean;
}

/**
 * Builds the way to a backend: HTTP, the proof that it stays below the base, what authorises requests, and what shapes
 * them, from the inside out.
 */
export function buildTransport(plan: TransportPlan): Transport {
  const { url, shape } = plan;
  const plain = url === DEMO_URL ? demoTransport() : withProvenUrl(httpTransport(url, plan.keepAlive), url);
  const authorised = plan.signer === undefined ? plain : authorise(plain, url, plan.signer);
  return shape === undefined ? authorised : SHAPES[shape](authorised, plan);
}

/** What two plans differ in if they need two transports, as text. */
export function identityOf({ signer, ...rest }: TransportPlan): string {
  const secret = signer?.scheme === 'google' ? { email: signer.account.email, pem: signer.account.pem } : signer;
  return JSON.stringify({ ...rest, secret });
}

function authorise(transport: Transport, url: string, signer: Signer): Transport {
  return signer.scheme === 'aws' ? signedForAws(transport, url, signer) : withGoogleToken(transport, signer.account);
}

const SHAPES: Readonly<Record<RequestShape, (transport: Transport, plan: TransportPlan) => Transport>> = {
  azure,
  'bedrock-claude': bedrockClaude,
  'vertex-claude': vertexClaude,
};
