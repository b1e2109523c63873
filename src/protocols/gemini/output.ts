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

/** What a schema of the answer is called where it is too complex, in no dialect's words. */
const FIELD = 'the schema of the answer';

/** Reads the form of the answer; anything but JSON is unsupported (see `decode-request.ts`). */
export function decodeOutput(config: JsonObject): OutputFormat | undefined {
  const { mimeType, schema } = formOf(config);
  if (mimeType === undefined || !JSON_TYPES.has(mimeType)) return undefined;
  if (schema === undefined) return { type: 'json' };
  const title = asString(schema['title']);
  return { type: 'schema', schema, name: title !== undefined && /^[\w-]{1,64}$/.test(title) ? title : undefined };
}

/** The older fields for the form of the answer, or the newer `responseFormat`. */
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
/** What `responseFormat` asks for besides text: pictures, speech, films. */
export function otherForms(config: JsonObject): readonly string[] {
  const forms = repeated(config['responseFormat']).flatMap((form) => Object.entries(fieldsOf(form) ?? {}));
  return forms.flatMap(([kind, form]) =>
    kind === 'text' || kind === 'type' || fieldsOf(form) === undefined ? [] : [kind],
  );
}

/** The types that ask for JSON, in the older field and in the newer one. */
export const JSON_TYPES = new Set(['application/json', 'application_json']);

/** The function whose arguments are the answer, for models that give no other answer of that form beside functions. */
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
 * How the form of the answer is asked for. Before the third generation that and functions exclude each other: the
 * answer is then the call of one function more, unless no call is allowed, or one is demanded, which has no such form.
 */
export function formFor(
  { output, tools, toolChoice }: Conversation,
  model: string,
): 'config' | 'tool' | 'no functions' | 'no answer' | 'words' {
  if (output === undefined || geminiTraits(model).isThirdOrLater || tools.every(({ type }) => type === 'native'))
    return 'config';
  if (toolChoice?.mode === 'none') return 'no functions';
  if (isForced(toolChoice)) return 'no answer';
  // A function for just any object is called with an empty one.
  return output.type === 'schema' ? 'tool' : 'words';
}

/** Writes it as members of `generationConfig`. */
export function encodeOutput(output: OutputFormat | undefined, work: Work): JsonObject {
  if (output === undefined) return {};
  const json = { responseMimeType: 'application/json' };
  return output.type === 'json'
    ? json
    : { ...json, responseJsonSchema: supportedSchema(describedSchema(output), work, FIELD) };
}
