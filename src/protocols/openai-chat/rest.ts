import type { EndpointRow } from '../../core/endpoint-row.ts';
import { belowBase, ownQueryFieldsAt } from '../openai/bases.ts';
import { restOfApi, segmentsBesides } from '../shared/rest-of-api.ts';
import { NAME } from './name.ts';

/** What callers may ask for. https://platform.openai.com/docs/api-reference, and what the official SDK calls. */
const CALLERS =
  /^\/(?:files|uploads|batches|vector_stores|conversations|containers|fine_tuning|evals|assistants|threads|skills|videos|agents|vaults|chatkit\/threads|live|realtime\/calls|content_provenance_checks|decisions|audio\/voices|audio\/voice_consents)(?:\/|$)|^\/chat\/completions(?:\/[^/]+(?:\/messages)?)?$/;

/**
 * The account's own administration, what everybody who shares it has in common, and whatever gives a client a key of its
 * own: with that it would get past the gateway.
 */
const ACCOUNT =
  /^\/(?:organization|projects\/[^/]+\/(?:groups|roles|users)|webhook_endpoints|webhook_event_types|safety|models(?=\/)|fine_tuning\/checkpoints|chatkit\/sessions|realtime\/(?:client_secrets|sessions|transcription_sessions|translations))(?:\/|$)/;

/** The segments of its paths that are no ids. */
const WORDS: ReadonlySet<string> = new Set(
  `accept agents alpha artifacts assistants audio automations batches calls cancel characters chat chatkit checkpoints
  complete completions containers content content_provenance_checks conversations credentials decisions edits
  environments evals events extensions file_batches files fine_tuning fork graders hangup invocations items jobs live
  messages output_items parts pause realtime refer reject remix resume run runs search sessions skills steps subagents
  submit_tool_outputs templates threads traces turns uploads validate vaults vector_stores versions videos
  voice_consents voices`.split(/\s+/),
);

/** The rest of OpenAI's API, below every base that its clients use. */
export const REST: readonly EndpointRow[] = restOfApi({
  api: 'openai',
  protocol: NAME,
  idForm: 'id',
  below: (whole) => {
    const { base, path } = belowBase(whole);
    return { path, ownQueryFields: ownQueryFieldsAt(base) };
  },
  isTold: () => false,
  callers: CALLERS,
  account: ACCOUNT,
  idsIn: segmentsBesides(WORDS),
  // Models are listed by the gateway itself.
  methods: (path) => (path.startsWith('/models/') ? ['DELETE'] : undefined),
  // Of a vector store's file it is a list, with nothing in it that refers to anything.
  content: /\/content$/,
  examples: [
    '/v1/files',
    '/files/file-1/content',
    '/openai/v1/batches/batch_1',
    '/v1/organization/users',
    '/v1/models/ft:1',
  ],
});
