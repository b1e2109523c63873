import type { TableSource } from '../../src/pricing/table-format.ts';
import type { Difference } from './merge.ts';

/** What was compared of one vendor. */
export interface Compared {
  readonly vendor: string;
  readonly models: number;
  readonly agreed: number;
  readonly differences: readonly Difference[];
}

/** The report of where two sources differ, as Markdown. */
export function reportOf(sources: readonly TableSource[], compared: readonly Compared[]): string {
  const all = compared.flatMap(({ differences }) => differences);
  const agreed = compared.reduce((sum, each) => sum + each.agreed, 0);
  return `# Where the sources of the price table differ

Made by \`make prices\`. Sources: ${sources.map(({ name, version, date }) => `${name} (${version}, ${date})`).join('; ')}.

The rates of input, output, cache reads and cache writes of ${agreed + all.length} models stand in both; ${agreed} agree, ${all.length} differ.
Where a page of the vendor could be read, it decides (\`scripts/prices/pages.json\`); where none could, LiteLLM's rates are taken,
which name the vendor's page as their source.

| vendor | models in the table | in both, and equal | different |
| ------ | ------------------: | -----------------: | --------: |
${compared.map((each) => `| ${each.vendor} | ${each.models} | ${each.agreed} | ${each.differences.length} |`).join('\n')}

## Differences

USD per million tokens: LiteLLM / models.dev.

| model | rates | taken |
| ----- | ----- | ----- |
${all.map(row).join('\n')}

## Decisions

${[...new Set(all.flatMap(({ decision }) => decision ?? []))].map(({ models, take, page, why }) => `- \`${models.replaceAll('|', '\\|')}\`: ${take}. ${why} ${page}`).join('\n')}
`;
}

function row({ model, rates, decision }: Difference): string {
  const told = rates.map(({ name, litellm, modelsDev }) => `${name} ${litellm} / ${modelsDev}`).join(', ');
  return `| ${model} | ${told} | ${decision?.take === 'models.dev' ? 'models.dev' : 'LiteLLM'} |`;
}
