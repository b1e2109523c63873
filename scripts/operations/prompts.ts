import { z } from 'zod';
import { headSchema } from '../../src/prompts/head.ts';
import { PROMPT_VARIABLES } from '../../src/prompts/template.ts';
import { code, codes, table } from './table.ts';
import type { Localize } from './table.ts';

/** What the head of a prompt file may say. */
export function promptHeadBlock(localize: Localize): string {
  const { properties = {} } = z.toJSONSchema(headSchema, { io: 'input' });
  const rows = Object.entries(properties).map(([key, schema]) => {
    const { enum: values, default: preset, type, description = '' } = schema as z.core.JSONSchema.BaseSchema;
    const allowed = values === undefined ? localize(String(type)) : codes(values.map(String));
    return [code(key), allowed, preset === undefined ? '–' : code(JSON.stringify(preset)), localize(description)];
  });
  return table(localize, ['key', 'value', 'default', 'meaning'], rows);
}

/** What prompts may hold beside text. */
export function promptVariablesBlock(localize: Localize): string {
  const own = Object.entries(PROMPT_VARIABLES).map(([name, meaning]) => [code(`\${${name}}`), localize(meaning)]);
  return table(
    localize,
    ['variable', 'becomes'],
    [
      ...own,
      ['`${NAME}`', localize('The environment variable, if `proxy.prompt_variables` lists it; any other is an error.')],
      [
        '`${NAME:-default}`',
        localize('The same, or the default where it is unset or empty. A default may hold variables, too.'),
      ],
      ['`$${`', localize('`${` itself.')],
    ],
  );
}
