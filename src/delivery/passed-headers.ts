import { NameRule } from '../lib/name-rule.ts';
import { belongsTo } from '../upstream/header-group.ts';
import { ACCOUNT_HEADERS, PASSED_GROUPS } from './passed-groups.ts';

/** Headers of an upstream that its client gets. Lower case. */
export const PASSED = new NameRule((name) => belongs(name) && !accounts.has(name));

/** Content types of which a browser that goes there would run what the answer holds. */
export const ACTIVE_TYPES = new NameRule((contentType) => ACTIVE.test(contentType));

/** What makes a browser show such an answer, a page of a proxy's error, say, and run nothing of it. */
export const INERT = "sandbox; default-src 'none'";

const belongs = belongsTo(PASSED_GROUPS);
const accounts: ReadonlySet<string> = new Set(ACCOUNT_HEADERS);

/** What a browser would run, or take for a page, on the gateway's own site. */
const ACTIVE =
  /(?:^|[\s,;])(?:text\/(?:html|xml|xsl|javascript|ecmascript|jscript|cache-manifest)|application\/(?:xml|javascript|ecmascript|x-javascript|x-shockwave-flash)|multipart\/|message\/|[\w.-]+\/[\w.-]+\+xml)/i;
