/** What the operating system, the runtime or TLS says of a connection that failed: `detail` of an attempt. */
interface ConnectionErrorText {
  readonly meaning: string;
  readonly remedy: string;
}

const RESTART = 'then restart: the variable is read once.';
const OWN_CA = `Name a file (PEM) with the certificate of the authority that signed it: \`NODE_EXTRA_CA_CERTS=/path/ca.pem\`, ${RESTART}`;
const RAISE_FILES = 'Raise the limit of open files (`ulimit -n`, `LimitNOFILE`), or set `concurrency.max_requests`.';

/**
 * The words that operators meet in `detail`, in the messages of errors and in `last_miss`. Markdown, as in docs/errors.md,
 * which is made of it. What TLS says: https://docs.openssl.org/3.5/man1/openssl-verification-options/
 */
export const CONNECTION_ERRORS: Readonly<Record<string, ConnectionErrorText>> = {
  ECONNREFUSED: {
    meaning: 'Nothing listens at that host and port.',
    remedy:
      "Start the server, or correct host and port of the backend's `url`. In a container, `localhost` is the container itself.",
  },
  ECONNRESET: {
    meaning: 'The other end closed the connection before the answer was whole.',
    remedy:
      "Nothing, if it is rare. If it is not, look at the server's log and at proxies between; `keep_alive: false` helps against servers that close idle connections without notice.",
  },
  EPIPE: {
    meaning: 'The other end had closed the connection before the request was sent.',
    remedy: 'As for `ECONNRESET`.',
  },
  ECONNABORTED: { meaning: 'The connection was given up on this machine.', remedy: 'As for `ECONNRESET`.' },
  ENOTFOUND: {
    meaning: 'The host name has no address.',
    remedy: "Correct the host of the backend's `url`, or look at DNS: `getent hosts NAME` on this machine.",
  },
  EAI_AGAIN: {
    meaning: 'The name server did not answer.',
    remedy: 'Look at DNS on this machine (`/etc/resolv.conf`, the network of the container).',
  },
  FailedToOpenSocket: {
    meaning: 'No connection could be opened; most often the host name has no address.',
    remedy: "Correct the host of the backend's `url`, or look at DNS and the proxy of the environment.",
  },
  ConnectionRefused: {
    meaning: 'Nothing listens at that host and port, or at those of the proxy.',
    remedy: "Correct the backend's `url`, or the proxy in `HTTPS_PROXY` or `HTTP_PROXY`.",
  },
  ConnectionClosed: {
    meaning: 'The other end, or the proxy, closed the connection.',
    remedy: 'As for `ECONNRESET`.',
  },
  ETIMEDOUT: {
    meaning: 'No connection came about in the time that the system gives: packets get lost, most often at a firewall.',
    remedy: 'Let this machine out to that host and port, or set the proxy that it needs (`HTTPS_PROXY`).',
  },
  EHOSTUNREACH: {
    meaning: 'There is no way to the host: it is down, or no network leads there.',
    remedy: "Check the address in the backend's `url`, routes and firewall of this machine.",
  },
  ENETUNREACH: {
    meaning: 'No network of this machine leads to the address; often it is IPv6 where there is none.',
    remedy: 'Check routes and the network of the container; an IPv4 address or name helps where IPv6 is missing.',
  },
  EACCES: {
    meaning: 'The system forbids the connection.',
    remedy: 'Look at the firewall of this machine and at SELinux or AppArmor.',
  },
  EPERM: {
    meaning: 'The system forbids the connection, most often by a firewall rule.',
    remedy: 'Look at the firewall of this machine and at the network policies of the cluster.',
  },
  EPROTO: {
    meaning: 'TLS failed: most often `https://` leads to a port that speaks plain HTTP.',
    remedy:
      "Write `http://` in the backend's `url` if the server has no TLS there; else check its port and TLS version.",
  },
  CERT_HAS_EXPIRED: {
    meaning: "The server's certificate, or one that it depends on, has expired.",
    remedy: 'Renew the certificate on the server; if it is good elsewhere, check the clock of this machine.',
  },
  CERT_NOT_YET_VALID: {
    meaning: "The server's certificate is not valid yet.",
    remedy: 'Check the clock of this machine, then that of whoever made the certificate.',
  },
  CERT_REVOKED: {
    meaning: "The server's certificate was revoked by its authority.",
    remedy: 'Put a new certificate on the server.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    meaning: 'The certificate is for another host name or address.',
    remedy:
      "Write the backend's `url` with a name that the certificate has (`openssl s_client -connect HOST:PORT` shows them), or add this one to it (subjectAltName).",
  },
  HOSTNAME_MISMATCH: {
    meaning: 'The certificate is for another host name or address.',
    remedy: 'As for `ERR_TLS_CERT_ALTNAME_INVALID`.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    meaning: 'The server shows a certificate that it has signed itself.',
    remedy: `Name that certificate (PEM) as one to trust: \`NODE_EXTRA_CA_CERTS=/path/ca.pem\`, ${RESTART}`,
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    meaning:
      'The certificate comes from an authority that this machine does not know: a private one, or a proxy that reads TLS.',
    remedy: OWN_CA,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    meaning:
      'The authority of the certificate is not known here, or the server leaves an intermediate certificate out.',
    remedy: `${OWN_CA} If the authority is a public one, have the server send its whole chain.`,
  },
  UNABLE_TO_GET_ISSUER_CERT: {
    meaning: 'A certificate of the chain is missing.',
    remedy: `Have the server send its whole chain. If the authority is private: ${OWN_CA.replace('Name', 'name')}`,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    meaning: 'The server sends its own certificate alone, and the one that signed it is not known here.',
    remedy: `Have the server send its whole chain. If the authority is private: ${OWN_CA.replace('Name', 'name')}`,
  },
  CERT_UNTRUSTED: { meaning: 'The authority of the certificate is not trusted for servers.', remedy: OWN_CA },
  CERT_SIGNATURE_FAILURE: {
    meaning: 'The signature of the certificate is wrong: it was changed, or signed by another key.',
    remedy: 'Put a certificate on the server that its authority has signed.',
  },
  CERT_CHAIN_TOO_LONG: {
    meaning: 'The chain of certificates is too long.',
    remedy: 'Have the server send only the certificates between its own and its authority.',
  },
  INVALID_CA: {
    meaning: 'The certificate was signed by one that may not sign others.',
    remedy: 'Make the certificate with an authority (`basicConstraints: CA:TRUE`).',
  },
  INVALID_PURPOSE: {
    meaning: 'The certificate is not made for servers.',
    remedy: 'Make one with `extendedKeyUsage: serverAuth`.',
  },
  ERR_TLS_CERT_INVALID: {
    meaning: 'The certificate was refused without a reason.',
    remedy: 'Look at it: `openssl s_client -connect HOST:PORT`.',
  },
  EMFILE: { meaning: 'The gateway has opened as many files and connections as it may.', remedy: RAISE_FILES },
  ENFILE: {
    meaning: 'This machine has opened as many files as it can.',
    remedy: 'Look at which process holds them (`fs.file-max`, `fs.file-nr`).',
  },
  ENOMEM: {
    meaning: 'The system has no memory left for a connection.',
    remedy: 'Give the machine or the container more memory.',
  },
  ENOBUFS: {
    meaning: 'The system has no buffers left for a connection.',
    remedy: 'As for `ENOMEM`; lower `concurrency.max_requests`.',
  },
  EADDRNOTAVAIL: {
    meaning: 'No port of this machine is left for another connection to that address.',
    remedy: 'Leave `keep_alive` on, widen `net.ipv4.ip_local_port_range`, or lower `concurrency.max_requests`.',
  },
};

/** What to do about the word that a `detail` begins with; undefined for other details. */
export function systemRemedy(detail: string | undefined): string | undefined {
  const [word = ''] = detail?.split(' ', 1) ?? [];
  const found = Object.hasOwn(CONNECTION_ERRORS, word) ? CONNECTION_ERRORS[word] : undefined;
  const other = /^As for `(\w+)`/.exec(found?.remedy ?? '')?.[1];
  return other === undefined ? found?.remedy : CONNECTION_ERRORS[other]?.remedy;
}
