import { isMap, parseDocument } from 'yaml';
import { yamlExcess } from '../../../lib/yaml-bounds.ts';

/** The file is no config of LiteLLM's; the message says why. */
export class UnreadableSource extends Error {
  override readonly name = 'UnreadableSource';
}

/** A map of a config, by its keys. */
export type Section = Readonly<Record<string, unknown>>;

/** Reads the text of LiteLLM's config. Throws an UnreadableSource. */
export function readSource(text: string): Section {
  if (yamlExcess(text) !== undefined)
    throw new UnreadableSource('the file is nested too deeply or has too many aliases');
  const document = parseDocument(text, { version: '1.1', stringKeys: true, logLevel: 'error', prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw new UnreadableSource(`line ${line} is not valid YAML (${error.code})`);
  }
  if (!isMap(document.contents)) throw new UnreadableSource('the file is not a map of settings');
  const config = document.toJS() as Section;
  if (listOf(config['model_list']).length === 0)
    throw new UnreadableSource("the file has no `model_list`: it is no config of LiteLLM's proxy");
  return config;
}

/** A value as a map; an empty one if it is none. */
export function sectionOf(value: unknown): Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Section) : {};
}

/** A value as a list; an empty one if it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value as text: numbers are as they are written. Undefined for anything else, and for empty text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** A value as a number above 0, or from text that is one. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(textOf(value) ?? Number.NaN);
  return Number.isFinite(number) && number > 0 ? number : undefined;
}
