import type { Consumption } from '../../core/token-classes.ts';
import { TOKEN_CLASSES } from '../../core/token-classes.ts';
import type { Column, Row, Value } from '../database.ts';
import { jsonIn, numberIn, someNumber, textIn } from '../read-row.ts';
import { booleanValue, jsonValue, measureValue, textValue } from '../write-value.ts';

type TokenClass = (typeof TOKEN_CLASSES)[number];

/** The column of each class of tokens. */
export const CLASS_COLUMNS: Readonly<Record<TokenClass, string>> = {
  input: 'input_tokens',
  cacheRead: 'cache_read_tokens',
  cacheWrite5m: 'cache_write_5m_tokens',
  cacheWrite1h: 'cache_write_1h_tokens',
  output: 'output_tokens',
  reasoning: 'reasoning_tokens',
  audioIn: 'audio_in_tokens',
  audioOut: 'audio_out_tokens',
  imageIn: 'image_in_tokens',
  imageOut: 'image_out_tokens',
};

/** What an exchange or an attempt used. All are NULL where nothing is known of it. */
export const CONSUMPTION_COLUMNS: readonly Column[] = [
  ...TOKEN_CLASSES.map((name) => ({ name: CLASS_COLUMNS[name], type: 'BIGINT' as const })),
  { name: 'server_tools', type: 'TEXT' },
  { name: 'server_tool_calls', type: 'BIGINT' },
  { name: 'tier', type: 'TEXT' },
  { name: 'stated_nano_usd', type: 'BIGINT' },
  { name: 'estimated', type: 'BIGINT' },
];

/** The values of the columns above. */
export function consumptionValues(usage: Consumption | undefined): Value[] {
  if (usage === undefined) return CONSUMPTION_COLUMNS.map(() => null);
  const { serverTools, tier, statedNanoUsd, estimated } = usage;
  return [
    ...TOKEN_CLASSES.map((name) => measureValue(usage[name])),
    jsonValue(serverTools),
    toolCalls(usage),
    textValue(tier),
    statedNanoUsd === undefined ? null : measureValue(statedNanoUsd),
    booleanValue(estimated),
  ];
}

/** How many calls of server tools there were. */
export function toolCalls({ serverTools }: Consumption): number {
  return measureValue(Object.values(serverTools).reduce((sum, calls) => sum + measureValue(calls), 0));
}

/** Reads the columns above. */
export function consumptionIn(row: Row): Consumption | undefined {
  const estimated = numberIn(row, 'estimated');
  if (estimated === undefined) return undefined;
  const tokens = Object.fromEntries(TOKEN_CLASSES.map((name) => [name, someNumber(row, CLASS_COLUMNS[name])]));
  return {
    ...(tokens as Record<TokenClass, number>),
    serverTools: jsonIn(row, 'server_tools') as Record<string, number>,
    tier: textIn(row, 'tier'),
    statedNanoUsd: numberIn(row, 'stated_nano_usd'),
    estimated: estimated === 1,
  };
}
