import type { EndpointRow } from '../../core/endpoint-row.ts';
import { restOfApi, segmentsBesides } from '../shared/rest-of-api.ts';
import { NAME } from './name.ts';

/** What callers may ask for. https://platform.claude.com/docs/en/api, and what the official SDK calls. */
const CALLERS =
  /^\/(?:messages\/batches|files|skills|agents|sessions|environments|vaults|memory_stores|deployments|deployment_runs|dreams|user_profiles)(?:\/|$)/;

/** The account's own administration, and tunnels, which give out tokens. */
const ACCOUNT = /^\/(?:organizations|compliance|tunnels)(?:\/|$)/;

/** The segments of its paths that are no ids. */
const WORDS: ReadonlySet<string> = new Set(
  `ack action_urls agents archive batches cancel content credentials data_controls deployment_runs deployments dreams
  enrollment_url environments events files google heartbeat mcp_oauth_validate memories memory_stores memory_versions
  messages pause poll providers redact resources results run sessions skills stats stop stream threads unpause
  user_profiles v1 vaults versions work`.split(/\s+/),
);

const BASE = /^(?:\/anthropic)?(?:\/v1)?(?=\/)/;
/** These only Anthropic has. Of all other paths headers tell whether they are Anthropic's. */
const OWN = /^(?:\/anthropic\/|(?:\/v1)?\/messages\/)/;

/** The rest of Anthropic's API. */
export const REST: readonly EndpointRow[] = restOfApi({
  api: 'anthropic',
  protocol: NAME,
  idForm: 'id',
  below: (whole) => {
    const [base] = BASE.exec(whole) ?? [];
    return base === undefined ? undefined : { path: whole.slice(base.length) };
  },
  isTold: (whole) => !OWN.test(whole),
  callers: CALLERS,
  account: ACCOUNT,
  idsIn: segmentsBesides(WORDS),
  addresses: /^https?:\/\/[^?#]*?(\/v1\/messages\/batches\/[\w-]+\/results)$/,
  content: /\/(?:content|results)$/,
  examples: [
    '/v1/messages/batches/msgbatch_1/results',
    '/anthropic/v1/files',
    '/anthropic/v1/organizations/me',
    '/v1/files/file_1',
    '/files',
    '/v1/organizations/me',
  ],
});
