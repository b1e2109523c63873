// `make fuzz`: arbitrary requests, answers, streams, schemas and configs against a gateway, within a time. What is found
// is made as small as it can be and kept in test/fixtures/fuzz, from where every later run begins with it.
import * as fc from 'fast-check';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Json } from '../kit/json.ts';
import { FuzzStage } from './stage.ts';
import type { Target } from './targets.ts';
import { TARGETS } from './targets.ts';

const KEPT = join(import.meta.dirname, '../fixtures/fuzz');

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    cases: { type: 'string', default: 'Infinity' },
    seed: { type: 'string' },
    target: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const most = Number(values.cases);
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (targets.length === 0 || !Number.isInteger(seed) || !(Number(values.seconds) > 0) || !(most > 0)) {
  console.error(
    `--seconds and --cases take a number, --seed a whole one, --target one of ${TARGETS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

let cases = 0;
const failed = new Set<string>();
for (const target of targets) await fuzz(target, (Number(values.seconds) * 1000) / targets.length);
console.log(`\n ${targets.length - failed.size} targets passed\n ${failed.size} targets failed`);
process.exit(failed.size === 0 ? 0 : 1);

/** Tries what was found before, then new cases until the time is over or one fails. */
async function fuzz(target: Target, timeMs: number): Promise<void> {
  const stage = await FuzzStage.start();
  const [before, startedAt] = [cases, performance.now()];
  for (const one of keptOf(target)) {
    const verdict = await target.judge(one, stage);
    cases++;
    if (verdict !== undefined) report(target, one, verdict);
  }
  let verdict: string | undefined;
  const property = fc.asyncProperty(target.cases, async (one) => {
    verdict = await target.judge(one, stage);
    if (verdict !== undefined) throw new Error(verdict);
    cases++;
  });
  const result = await fc.check(property, { seed, numRuns: most, plugins: [fc.interruptAfterTimeLimit(timeMs)] });
  const [smallest] = (result.counterexample ?? []) as Json[];
  if (result.failed && smallest !== undefined) {
    keep(target, smallest);
    report(target, smallest, String(result.errorInstance instanceof Error ? result.errorInstance.message : verdict));
  }
  const last = await stage.finish();
  if (last !== undefined) report(target, undefined, last);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${target.name}: ${cases - before} cases in ${seconds} s, seed ${seed}`);
}

function report(target: Target, one: Json, verdict: string): void {
  failed.add(target.name);
  console.log(`${target.name}: ${verdict}\n  ${one === undefined ? '' : JSON.stringify(one).slice(0, 4000)}`);
}

function fileOf({ name }: Target): string {
  return join(KEPT, `${name}.json`);
}

function keptOf(target: Target): Json[] {
  return existsSync(fileOf(target)) ? JSON.parse(readFileSync(fileOf(target), 'utf8')) : [];
}

function keep(target: Target, one: Json): void {
  mkdirSync(KEPT, { recursive: true });
  const lines = [...keptOf(target), one].map((each) => `  ${JSON.stringify(each)}`);
  writeFileSync(fileOf(target), `[\n${lines.join(',\n')}\n]\n`);
}
