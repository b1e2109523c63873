import type { Endpoint, Operation } from '../../core/exchange.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';

/** The paths of OpenAI's API, with `/v1` and without; the whole of it but for `/responses`. */
export const front: Front = {
  fixed: withoutVersion({
    '/chat/completions': modelEndpoint('/chat/completions', 'generate', { conversation: true, answersJson: true }),
    '/completions': modelEndpoint('/completions', 'native', { answersJson: true }),
    '/embeddings': modelEndpoint('/embeddings', 'embed', { answersJson: true }),
    '/moderations': modelEndpoint('/moderations', 'native', { answersJson: true }),
    '/rerank': modelEndpoint('/rerank', 'native', { answersJson: true }),
    '/models': { ...modelEndpoint('', 'native'), kind: 'models', methods: ['GET'] },
  }),
  find: (path) => {
    const short = path.startsWith('/v1/') ? path.slice(3) : path;
    if (short.startsWith('/models/')) return modelById(short.slice('/models/'.length));
    return MEDIA_PATH.test(short) ? modelEndpoint(short, 'native') : undefined;
  },
  covers: () => true,
  tellingHeaders: [],
  keyParameter: undefined,
};

/** Nothing that could climb out of the backend's base: no dots, no escapes. */
const MEDIA_PATH = /^\/(?:images|audio)\/[a-z0-9_-]+(?:\/[a-z0-9_-]+)*$/i;

interface Traits {
  readonly conversation?: boolean;
  readonly answersJson?: boolean;
}

function modelEndpoint(target: string, operation: Operation, traits: Traits = {}): Endpoint {
  const { conversation = false, answersJson = false } = traits;
  return { kind: 'model', methods: ['POST'], protocol: NAME, operation, target, conversation, answersJson };
}

function modelById(encoded: string): Endpoint | undefined {
  try {
    const target = decodeURIComponent(encoded);
    return { ...modelEndpoint(target, 'native'), kind: 'model_by_id', methods: ['GET'] };
  } catch {
    return undefined;
  }
}

function withoutVersion(endpoints: Readonly<Record<string, Endpoint>>): Record<string, Endpoint> {
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([path, endpoint]) => [
      [path, endpoint],
      [`/v1${path}`, endpoint],
    ]),
  );
}
