import type { EndpointRow, Match, Matched } from '../core/endpoint-row.ts';
import { DEFAULT_PROTOCOL } from '../vendors/dialects.ts';

const FILE: Matched = {
  protocol: DEFAULT_PROTOCOL,
  operation: 'native',
  target: '',
  conversation: false,
  answersJson: false,
  methods: ['GET', 'HEAD'],
};

/** Paths below `/console/` that are no pages: files, and what pages ask by themselves. */
const NO_PAGE = /^\/console\/(?:session|oidc)(?:\/|$)/;
const FILE_OR_PAGE = /^\/console(?:\/[\w.~%@:+-]+)*\/?$/;

const pages: Match = {
  find: (path) => (FILE_OR_PAGE.test(path) && !NO_PAGE.test(path) ? FILE : undefined),
  examples: ['/console', '/console/requests/1'],
};

/** The rows of the console's files in the table of endpoints. Anybody gets them: there is nothing in them but the program. */
export const pageRows: readonly EndpointRow[] = [
  { match: { paths: { '/': FILE }, isForBrowsers: true }, auth: 'public', limits: 'none', handler: 'console' },
  { match: pages, auth: 'public', limits: 'none', handler: 'console' },
];
