import { percentDecoded } from '../../lib/percent-encoding.ts';
import { MODEL, MODEL_BY_ID, MODEL_LIST, type Matched } from '../../core/endpoint-row.ts';
import type { Operation } from '../../core/exchange.ts';
import { at, atEveryBase, belowBase, VERTEX_BASE } from '../openai/bases.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';
import { REST } from './rest.ts';

const PLAIN: ReadonlyMap<string, Matched> = new Map([
  ['/chat/completions', modelEndpoint('/chat/completions', 'generate', { conversation: true, answersJson: true })],
  ['/completions', modelEndpoint('/completions', 'native', { answersJson: true })],
  ['/embeddings', modelEndpoint('/embeddings', 'embed', { answersJson: true })],
  ['/moderations', modelEndpoint('/moderations', 'native', { answersJson: true, modelIs: 'optional' })],
  ['/rerank', modelEndpoint('/rerank', 'native', { answersJson: true })],
  ['/images/generations', modelEndpoint('/images/generations', 'native', { modelIs: 'optional' })],
  ['/images/edits', modelEndpoint('/images/edits', 'native', { modelIs: 'optional' })],
  ['/images/variations', modelEndpoint('/images/variations', 'native', { modelIs: 'optional' })],
  // They list and create the voices of an account, whatever the model.
  ['/audio/voices', modelless('/audio/voices')],
  ['/audio/voice_consents', modelless('/audio/voice_consents')],
]);

const LIST = new Map([['/models', listing('')]]);

/** The paths of OpenAI's API except `/responses`, below every base that its clients use, and Azure's deployments. */
export const front: Front = {
  rows: [
    {
      ...MODEL,
      match: {
        paths: atEveryBase(PLAIN),
        find: ofModel,
        examples: [
          '/openai/deployments/mine/chat/completions',
          '/v1/audio/isolation',
          `${VERTEX_BASE}/chat/completions`,
        ],
      },
    },
    {
      ...MODEL_LIST,
      match: { paths: atEveryBase(LIST), find: list, examples: [`${VERTEX_BASE}/models`], isShared: true },
    },
    { ...MODEL_BY_ID, match: { find: modelById, examples: ['/v1/models/mine'], isShared: true } },
    ...REST,
  ],
  covers: (path) => OWN_PATH.test(path),
  tellingHeaders: [],
  keyParameter: undefined,
};

function ofModel(whole: string): Matched | undefined {
  const [, deployment, operation = ''] = DEPLOYMENT.exec(whole) ?? [];
  if (deployment !== undefined) return deployed(deployment, operation);
  const { base, path } = belowBase(whole);
  const matched = PLAIN.get(path) ?? (MEDIA_PATH.test(path) ? modelEndpoint(path, 'native') : undefined);
  return matched === undefined ? undefined : at(base, matched);
}

function list(whole: string): Matched | undefined {
  const { base, path } = belowBase(whole);
  return path === '/models' ? at(base, listing('')) : undefined;
}

function modelById(whole: string): Matched | undefined {
  const { base, path } = belowBase(whole);
  if (!path.startsWith(MODELS)) return undefined;
  const name = percentDecoded(path.slice(MODELS.length));
  return name === undefined || OPERATION.test(name) ? undefined : at(base, listing(name));
}

const MODELS = '/models/';
/** Google's clients ask there, too, how far what they have begun is. */
const OPERATION = /^[^/]+\/operations\/[^/]+$/;

/**
 * A path that cannot leave the backend's base: it contains no dots and no escapes. A voice has an id, and no model.
 */
const MEDIA_PATH = /^\/(?:images|audio(?!\/voice(?:s|_consents)\/))\/[a-z0-9_-]+(?:\/[a-z0-9_-]+)*$/i;

/** Azure's paths for a deployment, which is an alias here. The official SDK has this list. */
const DEPLOYMENT =
  /^\/openai\/deployments\/(.+?)(\/(?:(?:chat\/)?completions|embeddings|images\/(?:generations|edits)|audio\/(?:transcriptions|translations|speech)))$/;

/** Paths that only OpenAI's API has, below any base that clients use. */
const OWN_PATH =
  /^(?:\/(?:v1|v1beta|api|openai|deployments))*\/(?:chat|completions|embeddings|moderations|rerank|images|audio|fine_tuning|assistants|threads|vector_stores|uploads|evals|realtime|containers|conversations|videos)(?:\/|$)/;

interface Traits {
  readonly conversation?: boolean;
  readonly answersJson?: boolean;
  readonly modelIs?: 'optional' | 'absent';
}

function modelEndpoint(target: string, operation: Operation, traits: Traits = {}): Matched {
  const { conversation = false, answersJson = false, modelIs } = traits;
  return { methods: ['POST'], protocol: NAME, operation, target, conversation, answersJson, modelIs };
}

function modelless(target: string): Matched {
  return { ...modelEndpoint(target, 'native', { answersJson: true, modelIs: 'absent' }), methods: ['GET', 'POST'] };
}

function deployed(name: string, path: string): Matched | undefined {
  const alias = percentDecoded(name);
  const endpoint = PLAIN.get(path) ?? modelEndpoint(path, 'native');
  return alias === undefined ? undefined : at('/openai', { ...endpoint, alias, modelIs: undefined });
}

function listing(target: string): Matched {
  return { ...modelEndpoint(target, 'native'), methods: ['GET', 'HEAD'] };
}
