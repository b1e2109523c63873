import type { SettingValue } from '../../core/exchange-trace.ts';
import { asObject } from '../../lib/json.ts';

interface Row {
  readonly name: string;
  /** Its fields in the dialects. */
  readonly fields: readonly string[];
  readonly type: 'integer' | 'number' | 'text' | 'texts';
}

/** The settings that spans tell, and what each is called in any dialect. */
const ROWS: readonly Row[] = [
  {
    name: 'max_tokens',
    fields: ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'maxOutputTokens'],
    type: 'integer',
  },
  { name: 'temperature', fields: ['temperature'], type: 'number' },
  { name: 'top_p', fields: ['top_p', 'topP'], type: 'number' },
  { name: 'top_k', fields: ['top_k', 'topK'], type: 'integer' },
  { name: 'seed', fields: ['seed'], type: 'integer' },
  { name: 'choice_count', fields: ['n', 'candidateCount'], type: 'integer' },
  { name: 'frequency_penalty', fields: ['frequency_penalty', 'frequencyPenalty'], type: 'number' },
  { name: 'presence_penalty', fields: ['presence_penalty', 'presencePenalty'], type: 'number' },
  { name: 'stop_sequences', fields: ['stop', 'stop_sequences', 'stopSequences'], type: 'texts' },
  { name: 'previous_response', fields: ['previous_response_id'], type: 'text' },
  { name: 'reasoning_level', fields: ['reasoning_effort'], type: 'text' },
  { name: 'dimensions', fields: ['dimensions'], type: 'integer' },
];

const MOST_TEXTS = 16;
const MOST_CHARS = 128;

/** Reads the settings of a request in any dialect. A value of another type than it should have is left out. */
export function requestSettings(fields: Readonly<Record<string, unknown>>): Record<string, SettingValue> {
  const settings: Record<string, SettingValue> = {};
  const nested = asObject(fields['generationConfig']) ?? {};
  for (const { name, fields: names, type } of ROWS) {
    for (const field of names) {
      const value = valueOf(fields[field] ?? nested[field], type);
      if (value === undefined) continue;
      settings[name] = value;
      break;
    }
  }
  const effort = valueOf(asObject(fields['reasoning'])?.['effort'], 'text');
  if (effort !== undefined) settings['reasoning_level'] = effort;
  return settings;
}

function valueOf(value: unknown, type: Row['type']): SettingValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (type === 'integer') return Number.isSafeInteger(value) ? (value as number) : undefined;
  if (type === 'number') return typeof value === 'number' ? value : undefined;
  if (type === 'text') return typeof value === 'string' ? value.slice(0, MOST_CHARS) : undefined;
  const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
  return texts.length === 0 ? undefined : texts.slice(0, MOST_TEXTS).map((text) => text.slice(0, MOST_CHARS));
}
