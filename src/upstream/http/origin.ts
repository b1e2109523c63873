/** Where a backend is, as its connections need it. */
export interface Origin {
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Host and port as they stand in a URL: for `Host`, and for messages. */
  readonly host: string;
  /** Undefined for plain HTTP. */
  readonly tls: Bun.TLSOptions | undefined;
  /** Nothing is sent to a server whose certificate is not valid. */
  readonly verifies: boolean;
}

/** RFC 7301 wants each name after its length. */
const HTTP_1_1 = Buffer.from('\x08http/1.1');

/** Reads an http or https URL. */
export function originOf(text: string, env: Readonly<Record<string, string | undefined>> = process.env): Origin {
  const url = new URL(text);
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const isTls = url.protocol === 'https:';
  // As in Node and in Bun's fetch. It is the operator's own doing, and the only way to switch this off.
  const verifies = env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0';
  const isAddress = url.hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  return {
    hostname,
    port: Number(url.port) || (isTls ? 443 : 80),
    host: url.host,
    // An address is no name to ask for (RFC 6066, 3); the certificate is held against the host all the same.
    tls: isTls
      ? { serverName: isAddress ? '' : hostname, rejectUnauthorized: verifies, ALPNProtocols: HTTP_1_1 }
      : undefined,
    verifies,
  };
}
