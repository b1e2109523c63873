import { explainBody, type ExplainQuestion } from '../../admin/routing/explain-schema.ts';
import { ConfigError, formatProblem } from '../../config/problem.ts';
import type { Config } from '../../config/schema.ts';
import { loadConfig } from '../../config/load.ts';
import { secretsOf } from '../../config/secrets.ts';
import { withoutFile } from '../../config/without-file.ts';
import { Refusal } from '../../core/refusal.ts';
import { readBounded, UnreadableFile } from '../../lib/bounded-file.ts';
import { asObject, type JsonObject } from '../../lib/json.ts';
import { asPlainText } from '../../lib/plain-text.ts';
import { printable } from '../../lib/printable.ts';
import { createRedactor } from '../../records/log/redact.ts';
import { environmentConfig } from '../../vendors/environment-config.ts';
import { type CommandLine, maskLikely, UsageError } from '../command.ts';
import { configPath, servedPath } from '../flags.ts';
import { Unanswered, askRunning } from './ask-running.ts';
import { byConfig } from './by-config.ts';
import { explainedText } from './explained-text.ts';
import { DIALECT, EXPLAINED_JSON, KEY, OFFLINE } from './flags.ts';

/** `llm-proxy explain --model`: says what would become of a request; the exit code. */
export async function explainRequest(line: CommandLine, model: string): Promise<number> {
  const { flags, out, err } = line;
  let mask = maskLikely;
  try {
    const question = await questionOf(line, model);
    const config = await configOf(line);
    mask = createRedactor(secretsOf(config, line.env));
    const running = flags.has(OFFLINE) ? undefined : await askRunning(question, config, line);
    const explained = running ?? (await byConfig(question, config, line));
    if (flags.has(EXPLAINED_JSON)) out(JSON.stringify(explained.answer, undefined, 2));
    else for (const text of explainedText(explained, new Date())) out(printable(mask(asPlainText(text))));
    return explained.answer.allowed ? 0 : 1;
  } catch (error) {
    const problems = problemsOf(error);
    if (problems === undefined) throw error;
    for (const problem of problems) err(printable(mask(asPlainText(problem))));
    return 1;
  }
}

/** What is wrong, a line for each; undefined for a bug. */
function problemsOf(error: unknown): string[] | undefined {
  if (error instanceof ConfigError) return error.problems.map(formatProblem);
  if (error instanceof Refusal || error instanceof Unanswered || error instanceof UnusableRequest)
    return [error.message];
  return undefined;
}

/** The file with the request cannot be used. */
class UnusableRequest extends Error {
  override readonly name = 'UnusableRequest';
}

async function questionOf(line: CommandLine, model: string): Promise<ExplainQuestion> {
  const { argument, flags } = line;
  const asked = {
    model,
    dialect: flags.value(DIALECT),
    caller: flags.value(KEY),
    request: argument === undefined ? undefined : await requestIn(argument),
  };
  const parsed = explainBody.safeParse(asked);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const flag = issue?.path[0] === 'dialect' ? DIALECT : issue?.path[0] === 'caller' ? KEY : undefined;
  const known = flag === DIALECT ? `: it is one of ${explainBody.shape.dialect.unwrap().options.join(', ')}` : '';
  throw new UsageError(
    `--${flag?.name ?? 'model'} ${flag === undefined ? model : (flags.value(flag) ?? '')} cannot be used${known}`,
  );
}

/** As much as a client may send, by default. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
const STDIN = '-';

async function requestIn(path: string): Promise<JsonObject> {
  const text = path === STDIN ? await Bun.stdin.text() : await textOf(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UnusableRequest(`${path} is not JSON: ${(error as Error).message}`);
  }
  const body = asObject(value);
  if (body === undefined) throw new UnusableRequest(`${path} holds no JSON object: give the body as a client sends it`);
  return body;
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readBounded(path, MAX_REQUEST_BYTES)).toString('utf8');
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new UnusableRequest(`${path}: the file ${error.message}`);
  }
}

/** The config that a gateway would go by: that of the file, or without one that of the environment. */
async function configOf(line: CommandLine): Promise<Config> {
  const { env } = line;
  if (servedPath(line) === undefined) return withoutFile(environmentConfig(env), {}, env).config;
  return (await loadConfig(configPath(line), env)).config;
}
