import type { EndpointRow, Matched } from '../core/endpoint-row.ts';
import type { Method } from '../core/exchange.ts';
import { DEFAULT_PROTOCOL } from '../vendors/dialects.ts';
import { hasNames, pathsOf, type AdminPath } from './paths.ts';

/** The rows of the admin API in the table of endpoints. */
export const adminRows: readonly EndpointRow[] = pathsOf().map((path) => ({
  match: hasNames(path) ? byForm(path) : { paths: { [path.template]: matched(path) } },
  auth: path.auth,
  // Operators must get through when everybody is at a limit; what callers ask of the database is within theirs.
  limits: path.auth === 'caller' ? 'rate' : 'none',
  handler: 'admin',
}));

function byForm(path: AdminPath): EndpointRow['match'] {
  return {
    find: (written) => (path.namesIn(written) === undefined ? undefined : matched(path)),
    examples: [path.template.replaceAll(/\{(\w+)\}/g, '$1-1')],
  };
}

function matched({ byMethod }: AdminPath): Matched {
  const methods = [...byMethod.keys()] as Method[];
  return {
    protocol: DEFAULT_PROTOCOL,
    operation: 'native',
    target: '',
    conversation: false,
    answersJson: false,
    methods: byMethod.has('GET') ? ['GET', 'HEAD', ...methods.filter((method) => method !== 'GET')] : methods,
  };
}
