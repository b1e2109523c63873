import type { Command, CommandLine } from '../command.ts';
import { UsageError } from '../command.ts';
import { CONFIG } from '../flags.ts';
import { checkPrices } from './check-prices.ts';
import { DATA_DIR } from './flags.ts';
import { showPrice } from './show-price.ts';
import { updatePrices } from './update-prices.ts';

/** `llm-proxy prices`: what models cost, which of a config's have no price, and a newer table of prices. */
export const prices: Command = {
  name: 'prices',
  summary: 'show what models cost, find those without a price, take a newer price table',
  text: [
    '`check` lists the routes of the config that have no price: what they serve is counted, but costs nobody knows how much. `show` prints the price of an alias, of `backend/model` or `vendor/model`, or of a model wherever it is known; without a name, the table and its sources.',
    '`update` takes a newer price table from a file or a URL: it is checked first, and the one before is kept beside it. If anything fails, everything stays as it was. A gateway that runs takes it from its `data_dir` by itself.',
  ],
  argument: { name: 'ACTION', help: '`check`, `show` or `update`' },
  secondArgument: { name: 'WHAT', help: 'of `show`: what costs something; of `update`: the file or URL of the table' },
  flags: [CONFIG, DATA_DIR],
  examples: [
    { words: ['prices', 'check'], does: 'lists the routes of `config.yaml` that have no price' },
    { words: ['prices', 'show', 'openai/gpt-5'], does: 'prints what it costs' },
    { words: ['prices', 'update', 'table.json'], does: 'takes a newer table into `data_dir` of `config.yaml`' },
  ],
  exits: { 1: 'a route has no price; nothing is known of the model; the table was not taken' },
  run,
};

function run(line: CommandLine): number | Promise<number> {
  switch (line.argument) {
    case 'check':
      if (line.secondArgument !== undefined) throw new UsageError(`unexpected argument ${line.secondArgument}`);
      return checkPrices(line);
    case 'show':
      return showPrice(line);
    case 'update':
      return updatePrices(line);
    default: {
      const said = line.argument === undefined ? 'prices needs an action' : `unknown action ${line.argument} of prices`;
      throw new UsageError(`${said} (check, show or update)`);
    }
  }
}
