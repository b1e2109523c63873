import { z } from 'zod';
import { headSchema } from '../../src/prompts/head.ts';
import { PROMPT_VARIABLES } from '../../src/prompts/variables.ts';
import { code, codes, table } from './table.ts';
import type { Told } from './table.ts';

/** What the head of a prompt file may say. */
export function promptHeadBlock(told: Told): string {
  const { properties = {} } = z.toJSONSchema(headSchema, { io: 'input' });
  const rows = Object.entries(properties).map(([key, schema]) => {
    const { enum: values, default: preset, type, description = '' } = schema as z.core.JSONSchema.BaseSchema;
    const allowed = values === undefined ? told(String(type)) : codes(values.map(String));
    return [code(key), allowed, preset === undefined ? '–' : code(JSON.stringify(preset)), told(description)];
  });
  return table(told, ['key', 'value', 'default', 'meaning'], rows);
}

/** What prompts may hold beside text. */
export function promptVariablesBlock(told: Told): string {
  const own = Object.entries(PROMPT_VARIABLES).map(([name, meaning]) => [code(`\${${name}}`), told(meaning)]);
  return table(
    told,
    ['variable', 'becomes'],
    [
      ...own,
      ['`${NAME}`', told('The environment variable, if `proxy.prompt_variables` lists it; any other is an error.')],
      ['`${NAME:-default}`', told('The same, or the default where it is unset or empty.')],
      ['`$${`', told('`${` itself.')],
    ],
  );
}
