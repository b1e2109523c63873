import type { BodiesJson } from '../../../src/admin/bodies-json.ts';
import { get, type ApiError } from '../../lib/api.ts';
import { may } from '../../lib/session.ts';
import { setQuery } from '../../lib/url-state.ts';
import type { Json } from './dialects/dialect.ts';
import { DIALECT_NAMES } from './dialects/dialects.ts';
import { setWhole } from './draft.ts';

/** Takes the body that a client once sent, where it is kept. Gives back why that is not possible. */
export async function loadKept(id: string, signal: AbortSignal): Promise<ApiError | undefined> {
  const at = may('viewer') ? '/admin/requests' : '/admin/me/requests';
  const answer = await get<BodiesJson>(`${at}/${encodeURIComponent(id)}/bodies`, { signal });
  if (!answer.ok) return answer.error;
  const { dialect, request } = answer.value.client;
  const name = DIALECT_NAMES.find((each) => each === dialect);
  const body = parsed(request.body ?? '');
  if (name === undefined || body === undefined)
    return { status: 422, code: request.cut ? 'cut' : 'no_json', message: '' };
  setQuery({ dialect: name === 'openai-chat' ? undefined : name });
  setWhole(body);
  if (name === 'gemini') setQuery(fromPath(request.path));
  return undefined;
}

/** Model and streaming, of a dialect that has them in the path. */
function fromPath(path: string): Record<string, string | undefined> {
  const [, model = '', method = ''] = /\/models\/(.+):(\w+)/.exec(path) ?? [];
  return { model: decodeURIComponent(model), stream: method.startsWith('stream') ? undefined : 'no' };
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
