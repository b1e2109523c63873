import { percentDecoded } from '../../lib/percent-encoding.ts';
import { MODEL, MODEL_BY_ID, MODEL_LIST, type Matched } from '../../core/endpoint-row.ts';
import type { Operation, OwnForm } from '../../core/exchange.ts';
import type { JsonObject } from '../../lib/json.ts';
import { asArray } from '../../lib/json.ts';
import { withMembers, withoutMember } from '../../lib/json-members.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';
import { REST } from './rest.ts';

const MESSAGES = modelEndpoint('/messages', 'generate');
const COUNTING = modelEndpoint('/messages/count_tokens', 'count_tokens');

/** https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry */
const FOUNDRY = '/anthropic/v1';
const MODELS_OF_FOUNDRY = `${FOUNDRY}/models/`;

/**
 * `/v1/messages` and its token count, also at the paths of Azure's and Vertex AI's clients. Lists of models are at
 * OpenAI's path; the version header tells the dialects apart.
 */
export const front: Front = {
  rows: [
    {
      ...MODEL,
      match: {
        paths: Object.fromEntries(
          ['/v1', FOUNDRY, ''].flatMap((base) => [MESSAGES, COUNTING].map((one) => [base + one.target, one])),
        ),
        find: vertex,
        examples: ['mine:rawPredict', 'mine:streamRawPredict', 'count-tokens:rawPredict'].map(
          (end) => `/v1/projects/p/locations/l/publishers/anthropic/models/${end}`,
        ),
      },
    },
    { ...MODEL_LIST, match: { paths: { [`${FOUNDRY}/models`]: listing('') }, isShared: true } },
    { ...MODEL_BY_ID, match: { find: modelById, examples: [`${MODELS_OF_FOUNDRY}mine`], isShared: true } },
    ...REST,
  ],
  covers: (path) => OWN_PATH.test(path),
  tellingHeaders: ['anthropic-version', 'anthropic-beta'],
  keyParameter: undefined,
};

function vertex(path: string): Matched | undefined {
  const [, name, method] = VERTEX.exec(path) ?? [];
  if (name === undefined) return undefined;
  if (name === 'count-tokens') return { ...COUNTING, toDialect: fromVertex };
  const alias = percentDecoded(name);
  if (alias === undefined) return undefined;
  const isStream = method === 'streamRawPredict';
  return isStream
    ? { ...MESSAGES, alias, stream: true, toDialect: streamed }
    : { ...MESSAGES, alias, toDialect: fromVertex };
}

function modelById(path: string): Matched | undefined {
  const id = path.startsWith(MODELS_OF_FOUNDRY) ? percentDecoded(path.slice(MODELS_OF_FOUNDRY.length)) : undefined;
  return id === undefined ? undefined : listing(id);
}

/**
 * https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai. `count-tokens` is a model's name here
 * only.
 */
const VERTEX =
  /^\/v1(?:beta1)?\/projects\/[^/]+\/locations\/[^/]+\/publishers\/anthropic\/models\/(.+):(rawPredict|streamRawPredict)$/;

/** Paths that only Anthropic's API has, below any base that clients use. */
const OWN_PATH =
  /^(?:\/(?:v1|api|anthropic))*\/messages(?:\/|$)|^\/anthropic(?:\/|$)|^\/v1(?:beta1)?\/projects\/[^/]+\/locations\/[^/]+\/publishers\/anthropic\//;

/** Vertex AI wants the API version and betas in the body. Anthropic's own API refuses them there. */
function fromVertex(text: string, { anthropic_beta: betas }: JsonObject): OwnForm {
  const names = asArray(betas).filter((name) => typeof name === 'string' && /^[\w.-]+$/.test(name));
  const headers = names.length === 0 ? undefined : { 'anthropic-beta': names.join(',') };
  return { text: withoutMember(withoutMember(text, 'anthropic_version'), 'anthropic_beta'), headers };
}

function streamed(text: string, body: JsonObject): OwnForm {
  const own = fromVertex(text, body);
  return { ...own, text: withMembers(withoutMember(own.text, 'stream'), { stream: true }) };
}

function modelEndpoint(target: string, operation: Operation): Matched {
  return {
    methods: ['POST'],
    protocol: NAME,
    operation,
    target,
    // The system prompt is sent, too, so it must be counted.
    conversation: true,
    answersJson: true,
  };
}

function listing(target: string): Matched {
  return { ...modelEndpoint(target, 'native'), methods: ['GET', 'HEAD'], conversation: false };
}
