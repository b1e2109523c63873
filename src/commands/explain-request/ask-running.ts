import type { ExplainJson, ExplainQuestion } from '../../admin/routing/explain-schema.ts';
import { consoleListen } from '../../config/listen.ts';
import type { Config } from '../../config/schema.ts';
import { asObject, asString, parseObject } from '../../lib/json.ts';
import type { CommandLine } from '../command.ts';
import {
  askGateway,
  gatewayAddress,
  isNobodyThere,
  NoAddress,
  targetOf,
  unansweredReason,
  URL_FLAG,
  urlOf,
  type GatewayAnswer,
  type Target,
} from '../running-gateway.ts';
import type { Explained } from './by-config.ts';

/** A gateway runs, and does not explain. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** What a running gateway says of a request; undefined: none runs. Rejects with an Unanswered. */
export async function askRunning(
  question: ExplainQuestion,
  config: Config,
  line: CommandLine,
): Promise<Explained | undefined> {
  const named = line.flags.value(URL_FLAG);
  const at = named ?? (await addressOf(config, line));
  if (at === undefined) return undefined;
  const target = targetOf(at, '/admin/explain');
  const key = config.admin.api_key ?? config.proxy_api_key;
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  let answer: GatewayAnswer;
  try {
    answer = await askGateway(target, { method: 'POST', headers, body: JSON.stringify(question) });
  } catch (error) {
    if (named === undefined && isNobodyThere(error)) return undefined;
    throw new Unanswered(`${target.shown} does not answer: ${unansweredReason(error)}`);
  }
  return { answer: explanationIn(answer, target), from: `the gateway at ${at}` };
}

/** Where the admin API of the config's gateway is; undefined: the config does not say it. */
async function addressOf(config: Config, line: CommandLine): Promise<string | undefined> {
  try {
    const own = config.admin.listen;
    return own === undefined ? await gatewayAddress(line) : urlOf(consoleListen(own), 'admin.listen');
  } catch (error) {
    if (error instanceof NoAddress) return undefined;
    throw error;
  }
}

function explanationIn({ status, text }: GatewayAnswer, { shown }: Target): ExplainJson {
  const value = parseObject(text);
  if (status === 200 && value?.['live'] === true) return value as unknown as ExplainJson;
  throw new Unanswered(
    asString(asObject(value?.['error'])?.['message']) ??
      `${shown} answered ${status}, and not as this version of llm-proxy does: name the gateway with --url, or go by the config alone with --offline`,
  );
}
