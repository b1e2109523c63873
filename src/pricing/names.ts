/**
 * The name of a model as the price table has it: lower case, without what stands around it in paths and ARNs, the maker's
 * prefix and first version of Bedrock, and Vertex AI's `@`. `arn:…/eu.anthropic.claude-opus-4-5-20251101-v1:0` is
 * `eu.claude-opus-4-5-20251101`.
 */
export function canonicalName(called: string): string {
  let name = called.trim().toLowerCase();
  if (name.startsWith('arn:')) name = name.slice(name.lastIndexOf('/') + 1);
  name = name.replace(PATH, '').replace(AT_VERSION, '').replaceAll('@', '-');
  const area = REGION.exec(name)?.[0] ?? '';
  const rest = name.slice(area.length);
  const model = rest.replace(MAKER, '');
  // Elsewhere a `-v1` at the end is part of the name.
  return model === rest ? name : area + model.replace(THROUGHPUT, '').replace(FIRST_VERSION, '');
}

/**
 * The names under which the price of a model may stand, the most exact first: its own, that without a cloud's region, then
 * that of the model of which it is a dated snapshot. What was fine-tuned never has its base's price, which is lower.
 */
export function namesOf(model: string): readonly string[] {
  const own = canonicalName(model);
  if (own.startsWith('ft:')) return [...new Set([own, own.split(':').slice(0, 2).join(':')])];
  const names = [own, own.replace(REGION, '')];
  for (const name of names.slice(0, 2)) {
    const undated = name.replace(DATE, '');
    names.push(undated, undated.replace(LATEST, ''));
  }
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Whether a name tells less than another one: `gpt-5` than `gpt-5-2025-08-07`, or the model alone than model and region. */
export function isLessExact(name: string, than: string): boolean {
  return canonicalName(than).includes(canonicalName(name));
}

/** `models/`, `publishers/google/models/`, `accounts/fireworks/models/`, `google/` of Vertex AI's OpenAI-compatible API. */
const PATH = /^(?:projects\/.*?\/)?(?:(?:publishers|accounts)\/[^/]+\/)?models\/|^(?:publishers\/)?google\/(?=gemini)/;
/** Not a version, but whichever is current. */
const AT_VERSION = /@(?:default|latest)$/;
/** Bedrock's geographies of cross-region inference. */
const REGION = /^(?:us|eu|apac|global|us-gov|au|jp|ca|in|sa|me|af|uk|kr)\.(?=[a-z])/;
/** Who made a model, on Bedrock. Other names with a dot have a digit or a hyphen before it: `gpt-5.1`, `qwen3.5`. */
const MAKER = /^[a-z]+\d*\.(?=[a-z])/;
/** `:0`, `:0:200k`. */
const THROUGHPUT = /(?::\d+k?)+$/;
const FIRST_VERSION = /-v1$/;
/** `-2025-08-07` and `-20250807`. Four digits are no date but a generation with some vendors. */
const DATE = /-20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/;
const LATEST = /-latest$/;
