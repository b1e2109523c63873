import { VERSION } from '../../lib/version.ts';
import { alertBody } from './alert.ts';
import type { SendAlert } from './alert-queue.ts';

const TIMEOUT_MS = 10_000;

/** POSTs an alert to a webhook. Nothing is followed, and nothing of the answer is read but its status. */
export const sendAlert: SendAlert = async (alert, { url, secret }, signal) => {
  const body = alertBody(alert);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': `llm-proxy/${VERSION}`,
    'x-llm-proxy-delivery': alert.id,
  };
  if (secret !== undefined) headers['x-llm-proxy-signature'] = `sha256=${signatureOf(body, secret)}`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `status_${response.status}`;
  } catch (error) {
    // A URL may hold a secret, and messages quote it.
    return error instanceof DOMException ? error.name : ((error as { code?: string }).code ?? 'connection_failed');
  }
};

/** The HMAC-SHA-256 of a body in hexadecimal, by which its receiver sees that it is the gateway's. */
export function signatureOf(body: string, secret: string): string {
  return new Bun.CryptoHasher('sha256', secret).update(body).digest('hex');
}
