import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApi } from '../../src/admin/openapi.ts';
import { pathsOf } from '../../src/admin/paths.ts';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';

/** An answer of the admin API, whose body is what its document says. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly text: string;
}

/** What a test sends besides method and path. */
export interface Sent {
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Responses {
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema?: object }>> } | undefined>
  >;
}

const DOCUMENT = openApi() as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Responses | undefined>>>>;
  readonly components: object;
};
const PATHS = pathsOf();
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ ...DOCUMENT, $id: 'https://admin.example/' });
const validators = new Map<string, ValidateFunction>();

/** Asks the admin API with a key, and holds every JSON answer to the schema of `openapi.json`. Throws where it is another. */
export function adminClient(url: string, key: string | undefined) {
  return async (method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Answered> => {
    const answer = await send(url + path, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const { text } = await answer.whole();
    const { status, headers: given } = answer;
    const isJson = given['content-type'] === 'application/json';
    const parsed: Json = isJson && text !== '' ? JSON.parse(text) : undefined;
    if (parsed !== undefined) checkAnswer({ method, path: path.split('?')[0] ?? '', status }, parsed);
    return { status, headers: given, body: parsed, text };
  };
}

/** Throws if an answer is not what the document says of it. */
function checkAnswer({ method, path, status }: { method: string; path: string; status: number }, body: Json): void {
  const template = PATHS.find((each) => each.namesIn(path) !== undefined)?.template;
  const responses = DOCUMENT.paths[template ?? '']?.[method.toLowerCase()]?.responses;
  const place =
    template === undefined || responses === undefined
      ? 'components/schemas/Error'
      : `paths/${escaped(template)}/${method.toLowerCase()}/responses/${status in responses ? status : 'default'}/content/application~1json/schema`;
  const validate = validators.get(place) ?? ajv.compile({ $ref: `https://admin.example/#/${place}` });
  validators.set(place, validate);
  if (!validate(body))
    throw new Error(`${method} ${path} (${status}) is not what openapi.json says: ${ajv.errorsText(validate.errors)}`);
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
