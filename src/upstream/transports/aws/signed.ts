import type { Signer } from '../../../vendors/place.ts';
import { withoutCredentials } from '../credentials.ts';
import type { Transport } from '../transport.ts';
import { signatureHeaders } from './signature.ts';

/** Signs each request with AWS keys. Of its own headers only the content type is signed: proxies may change others. */
export function signedForAws(
  transport: Transport,
  url: string,
  { keys, region, service }: Extract<Signer, { scheme: 'aws' }>,
): Transport {
  const secrets = [keys.accessKeyId, keys.secretAccessKey, keys.sessionToken].filter((secret) => secret !== undefined);
  return {
    ...transport,
    secrets: () => secrets,
    send: (request) => {
      const headers = withoutCredentials(request.headers);
      for (const name in headers) if (name.startsWith('x-amz-')) delete headers[name];
      const { 'content-type': contentType } = headers;
      const signature = signatureHeaders(
        {
          method: request.method,
          url: url + request.target,
          headers: contentType === undefined ? {} : { 'content-type': contentType },
          body: request.body,
        },
        { keys, region, service, nowMs: Date.now() },
      );
      return transport.send({ ...request, headers: { ...headers, ...signature } });
    },
  };
}
