import { decimalText, readDecimal } from '../../../lib/decimal.ts';
import { builtInTable } from '../../../pricing/price-table.ts';
import type { Deployment } from './deployment.ts';
import type { Notes } from './notes.ts';
import { textOf, type Section } from './read-source.ts';

/** USD per token there, USD per million tokens here. */
const PER_TOKEN: Readonly<Record<string, string>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cache_read',
  cache_creation_input_token_cost: 'cache_write',
  cache_creation_input_token_cost_above_1hr: 'cache_write_1h',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'audio_input',
  output_cost_per_audio_token: 'audio_output',
  input_cost_per_image_token: 'image_input',
  output_cost_per_image_token: 'image_output',
};

/** USD for one thing, there and here. */
const PER_CALL: Readonly<Record<string, string>> = {
  output_cost_per_image: 'per_image',
  input_cost_per_query: 'per_search',
  input_cost_per_second: 'per_second',
  input_cost_per_character: 'per_character',
  ocr_cost_per_page: 'per_page',
};

const ABOVE =
  /^(input_cost_per_token|output_cost_per_token|cache_read_input_token_cost|cache_creation_input_token_cost)_above_(\d{1,6})k_tokens$/;
/** Places of USD for a million tokens; six more are places of USD for one. */
const PLACES = 6;
const CALL_PLACES = 9;

/** What the config says of the price of a deployment, as an entry of `prices`; undefined if it says nothing that can be taken. */
export function priceOf({ priced, from }: Deployment, notes: Notes): Record<string, unknown> | undefined {
  const said: Section = Object.assign({}, ...priced) as Section;
  const price: Record<string, unknown> = {};
  const above = new Map<number, Record<string, string>>();
  for (const [name, value] of Object.entries(said)) {
    if (!/cost/.test(name) || value === null || textOf(value) === undefined) continue;
    const tier = ABOVE.exec(name);
    const member = PER_TOKEN[tier?.[1] ?? name];
    const amount = member === undefined ? callPrice(name, value) : tokenPrice(value);
    const key = member ?? PER_CALL[name];
    if (amount === undefined || key === undefined) notes.not(`${from} ${name}`, reasonOf(key));
    else if (tier === null) {
      price[key] = amount;
      notes.exactly(`${from} ${name}`, `\`prices\` ${key}`);
    } else {
      const tokens = Number(tier[2]) * 1000;
      above.set(tokens, { ...above.get(tokens), [key]: amount });
      notes.exactly(`${from} ${name}`, `\`prices\` above ${tokens} tokens`);
    }
  }
  if (above.size > 0)
    price['above'] = [...above]
      .toSorted(([one], [other]) => one - other)
      .map(([tokens, rates]) => ({ tokens, ...rates }));
  return Object.keys(price).length > 0 ? price : likeBase(said, from, notes);
}

function tokenPrice(value: unknown): string | undefined {
  const units = readDecimal(value as string | number, PLACES * 2);
  return units === undefined ? undefined : decimalText(units, PLACES);
}

function callPrice(name: string, value: unknown): string | undefined {
  const units = Object.hasOwn(PER_CALL, name) ? readDecimal(value as string | number, CALL_PLACES) : undefined;
  return units === undefined ? undefined : decimalText(units, CALL_PLACES);
}

function reasonOf(key: string | undefined): string {
  return key === undefined
    ? 'no price here is for that: see `prices` in config.md for what there is'
    : `cannot be written exactly with ${PLACES} decimals of USD per million tokens, or is no number: set \`prices\` yourself`;
}

/** `base_model` says which model a deployment is: it costs what that does. */
function likeBase(said: Section, from: string, notes: Notes): Record<string, unknown> | undefined {
  const base = textOf(said['base_model']);
  if (base === undefined) return undefined;
  const [vendor, model] = base.includes('/')
    ? [base.slice(0, base.indexOf('/')), base.slice(base.indexOf('/') + 1)]
    : ['azure', base];
  if (builtInTable().find(vendor, model) === undefined) {
    notes.not(`${from} model_info.base_model`, 'the price table does not know it: set `prices` of the deployment');
    return undefined;
  }
  notes.exactly(`${from} model_info.base_model`, '`prices` like');
  return { like: `${vendor}/${model}` };
}
