import { isForced } from '../../core/tool-choice.ts';
import type { Conversation, OutputFormat } from '../../core/conversation.ts';
import type { Work } from '../../core/work.ts';
import { asString, type JsonObject } from '../../lib/json.ts';
import { geminiTraits } from '../../vendors/models/gemini.ts';
import { refuseField } from '../shared/request/fields.ts';
import { schemaIn } from '../shared/tools/fields.ts';
import { jsonSchemaOf } from './openapi.ts';
import { fieldsOf } from './camel-case.ts';
import { objectIn, repeated } from './repeated.ts';
import { supportedSchema } from './schema.ts';
import { describedSchema } from '../shared/output/described-schema.ts';

/** The name of the answer's schema in a `too complex` error. */
const FIELD = 'the schema of the answer';

/** Reads the output format. Anything but JSON is unsupported (see `decode-request.ts`). */
export function decodeOutput(config: JsonObject): OutputFormat | undefined {
  const { mimeType, schema } = formOf(config);
  if (mimeType === undefined || !JSON_TYPES.has(mimeType)) return undefined;
  if (schema === undefined) return { type: 'json' };
  const title = asString(schema['title']);
  return { type: 'schema', schema, name: title !== undefined && /^[\w-]{1,64}$/.test(title) ? title : undefined };
}

/** The older fields for the output format, or the newer `responseFormat`. */
export function formOf(config: JsonObject): {
  readonly mimeType: string | undefined;
  readonly schema: JsonObject | undefined;
} {
  const formats = config['responseFormat'];
  const outer = repeated(formats).map((form) => objectIn(form, `${CONFIG}.responseFormat`));
  const text = outer.find((form) => (form['text'] ?? undefined) !== undefined)?.['text'];
  const format = objectIn(text, `${CONFIG}.responseFormat.text`);
  const own = schemaIn(config['responseSchema'], `${CONFIG}.responseSchema`);
  const type = config['responseMimeType'] ?? format['mimeType'] ?? undefined;
  if (type !== undefined && typeof type !== 'string') refuseField(`${CONFIG}.responseMimeType`, 'has to be a string');
  return {
    mimeType: type?.toLowerCase(),
    schema:
      schemaIn(config['responseJsonSchema'], `${CONFIG}.responseJsonSchema`) ??
      (own === undefined ? undefined : jsonSchemaOf(own)) ??
      schemaIn(format['schema'], `${CONFIG}.responseFormat.text.schema`),
  };
}

const CONFIG = 'generationConfig';
/** The other kinds of output that `responseFormat` asks for: images, speech, video. */
export function otherForms(config: JsonObject): readonly string[] {
  const forms = repeated(config['responseFormat']).flatMap((form) => Object.entries(fieldsOf(form) ?? {}));
  return forms.flatMap(([kind, form]) =>
    kind === 'text' || kind === 'type' || fieldsOf(form) === undefined ? [] : [kind],
  );
}

/** The MIME types that ask for JSON, in the older and the newer field. */
export const JSON_TYPES = new Set(['application/json', 'application_json']);

/** The function whose arguments are the answer, for models that have no output format beside functions. */
export function answerTool({ output, tools }: Conversation, work: Work): JsonObject & { readonly name: string } {
  const taken = new Set(tools.map(({ name }) => name));
  let name = 'final_answer';
  while (taken.has(name)) name += '_';
  const schema = output?.type === 'schema' ? output : undefined;
  return {
    name,
    description: schema?.description ?? 'Call this function with the final answer.',
    parametersJsonSchema: supportedSchema(schema?.schema ?? { type: 'object' }, work, FIELD),
  };
}

/**
 * Chooses how to ask for the output format. Before the third generation a format excludes functions, so the answer
 * becomes a call of an extra function. If calls are forbidden, the functions are left out; if one is forced, the format
 * is.
 */
export function formFor(
  { output, tools, toolChoice }: Conversation,
  model: string,
): 'config' | 'tool' | 'no functions' | 'no answer' | 'words' {
  if (output === undefined || geminiTraits(model).isThirdOrLater || tools.every(({ type }) => type === 'native'))
    return 'config';
  if (toolChoice?.mode === 'none') return 'no functions';
  if (isForced(toolChoice)) return 'no answer';
  // Without a schema the model would call the function with an empty object.
  return output.type === 'schema' ? 'tool' : 'words';
}

/** Writes the output format as members of `generationConfig`. */
export function encodeOutput(output: OutputFormat | undefined, work: Work): JsonObject {
  if (output === undefined) return {};
  const json = { responseMimeType: 'application/json' };
  return output.type === 'json'
    ? json
    : { ...json, responseJsonSchema: supportedSchema(describedSchema(output), work, FIELD) };
}
