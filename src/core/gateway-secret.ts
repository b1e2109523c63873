import { hkdfSync, randomBytes } from 'node:crypto';

/** Without one in the config, each process has a secret of its own, which ends with it. */
const OF_THIS_PROCESS = randomBytes(32);

/** What a gateway's secret is used for. Each purpose has a key of its own, which tells nothing of the others. */
export type SecretPurpose = 'callers' | 'ids';

/**
 * The key for one purpose. It never derives from keys that clients hold: whoever has an id and some of those keys could
 * then guess the others without asking the gateway.
 */
export function gatewaySecret(configured: string | undefined, purpose: SecretPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', configured ?? OF_THIS_PROCESS, '', `llm-proxy ${purpose}`, 32));
}
