import type { Backend, UpstreamRequest } from '../core/route.ts';

/** Idle connections are given up before the common 60 s and 75 s of servers and load balancers, who would close them first. */
const IDLE_SECONDS = 55;

/** How requests reach a provider over HTTP. The connections, pooled for this backend alone, go with the object. */
export function httpTransport(url: string): Pick<Backend, 'send' | 'probe'> {
  const session = new Bun.FetchSession({ keepAlive: { idleTimeout: IDLE_SECONDS } });
  return {
    send: ({ method, target, headers, body, signal }: UpstreamRequest) =>
      session.fetch(url + target, {
        method,
        headers,
        body: body ?? null,
        signal,
        redirect: 'manual',
        // Silence is measured by the gateway, by the limits of its config; Bun's own five minutes would cut in.
        timeout: false,
      }),
    probe: (timeoutMs) => probe(new URL(url), timeoutMs),
  };
}

/**
 * Opens a connection (with its TLS handshake) and closes it. Only silence proves anything: a refused connection would
 * have failed the request itself at once, so whatever else happens is no reason to end one.
 */
async function probe(url: URL, timeoutMs: number): Promise<'open' | 'no_answer' | 'unknown'> {
  if (isProxied(url)) return 'unknown';
  const tls = url.protocol === 'https:';
  const { promise, resolve } = Promise.withResolvers<'open' | 'no_answer' | 'unknown'>();
  const timer = setTimeout(() => resolve('no_answer'), timeoutMs);
  const connecting = Bun.connect({
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (tls ? 443 : 80),
    ...(tls ? { tls: { rejectUnauthorized: false, serverName: url.hostname } } : {}),
    socket: {
      open: () => {
        if (!tls) resolve('open');
      },
      handshake: () => resolve('open'),
      data: () => resolve('open'),
      close: () => resolve('unknown'),
      error: () => resolve('unknown'),
      connectError: () => resolve('unknown'),
    },
  });
  connecting.catch(() => resolve('unknown'));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    // A connection that is still being opened ends when it is.
    connecting.then((socket) => socket.terminate()).catch(() => undefined);
  }
}

/** Bun's fetch obeys the usual proxy variables; then the connection to watch is not one to the backend. */
function isProxied(url: URL): boolean {
  const names = url.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy'];
  return names.some((name) => (process.env[name] ?? '') !== '');
}
