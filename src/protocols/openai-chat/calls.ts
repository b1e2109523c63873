import type { Signature, ToolCallPart } from '../../core/part.ts';
import type { Quirks } from '../../core/route.ts';
import { isReadableBy, signatureFrom } from '../../core/signature.ts';
import { asId, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import { unwrapInput, wrapInput } from '../shared/tools/freeform.ts';
import { NAME } from './name.ts';
import { wireId } from './names.ts';
import { originOf } from './reasoning-details.ts';

/** What is needed to read a call. */
export interface CallReading {
  /** Generates an id for a call without one. */
  id(): string;
  /** The model that gave the answer; undefined when reading a request. */
  readonly model?: string | undefined;
  /** The freeform tools that had to become functions. */
  readonly wrapped?: ReadonlySet<string> | undefined;
}

/** Reads an entry of `tool_calls`; undefined if it has no name. */
export function decodeCall(call: JsonObject | undefined, reading: CallReading): ToolCallPart | undefined {
  const custom = call?.['type'] === 'custom' ? asObject(call['custom']) : undefined;
  // Some backends leave out the `function` object around name and arguments.
  const named = custom ?? asObject(call?.['function']) ?? call;
  const name = asWord(named?.['name']);
  if (call === undefined || name === undefined) return undefined;
  const isWrapped = reading.wrapped?.has(name) ?? false;
  const args = custom === undefined ? argumentsOf(named?.['arguments']) : (asString(custom['input']) ?? '');
  const signature = callSignature(call, reading.model);
  return {
    type: 'tool_call',
    id: asId(call['id']) ?? reading.id(),
    name,
    arguments: isWrapped ? unwrapInput(args) : args,
    ...(custom !== undefined || isWrapped ? { freeform: true } : {}),
    ...(signature === undefined ? {} : { signature }),
  };
}

/**
 * The signature of a call: Google's `extra_content.google.thought_signature`, and its origin if the gateway wrote one.
 */
export function callSignature(call: JsonObject, model: string | undefined): Signature | undefined {
  const extra = asObject(call['extra_content']);
  const value = asWord(asObject(extra?.['google'])?.['thought_signature']);
  if (value === undefined) return undefined;
  const origin = asObject(extra?.['llm_proxy']);
  const protocol = asWord(origin?.['protocol']);
  if (protocol !== undefined) return { protocol, model: asWord(origin?.['model']), value };
  const { signature } = signatureFrom(value, NAME);
  return model === undefined || signature.value !== value ? signature : { ...signature, model };
}

/** Writes the signature of a call for a client. */
export function extraContent(signature: Signature): JsonObject {
  const google = { google: { thought_signature: signature.value } };
  return signature.protocol === NAME ? google : { ...google, llm_proxy: originOf(signature) };
}

/** Writes an earlier call for a backend. */
export function encodeCall(
  { id, name, arguments: args, freeform, signature }: ToolCallPart,
  to: { readonly model: string; readonly hasCustom: boolean; readonly idLength: Quirks['callIdLength'] },
): JsonObject & { readonly id: string } {
  const extra =
    signature !== undefined && isReadableBy(signature, NAME, to.model)
      ? { extra_content: extraContent(signature) }
      : {};
  const written = wireId(id, to.idLength);
  if (freeform === true && to.hasCustom)
    return { id: written, type: 'custom', custom: { name, input: args }, ...extra };
  const text = freeform === true ? wrapInput(args) : args === '' ? '{}' : args;
  return { id: written, type: 'function', function: { name, arguments: text }, ...extra };
}

/** OpenAI writes JSON as a string; other vendors an object, or nothing if there are no arguments. */
export function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '{}' : value;
  return value === null || value === undefined ? '{}' : JSON.stringify(value);
}
