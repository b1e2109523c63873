import { BaseUrl } from '../../core/upstream-url.ts';
import type { Transport } from './transport.ts';

/** Lets nothing out whose URL does not lie below the backend's: the last look before the network, whoever wrote the target. */
export function withProvenUrl(transport: Transport, url: string): Transport {
  const base = new BaseUrl(url);
  return {
    ...transport,
    send: (request) => {
      // What is asked of no model is a health check, whose path is the config's.
      if (request.call === undefined) base.proveHost(request.target);
      else base.prove(request.target);
      return transport.send(request);
    },
  };
}
