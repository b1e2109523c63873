import { ConfigError } from '../config/problem.ts';
import type { Command, CommandLine } from './command.ts';
import { CONFIG } from './flags.ts';
import {
  askGateway,
  gatewayAddress,
  NoAddress,
  targetOf,
  unansweredReason,
  URL_FLAG,
  type Target,
} from './running-gateway.ts';

/** `llm-proxy health`: asks a running gateway whether it is alive, as a container's health check does. */
export const health: Command = {
  name: 'health',
  summary: 'ask a running gateway whether it is alive, and exit 0 or 1',
  text: [
    'Asks `GET /health` of the gateway on this machine, directly and never through a proxy of the environment, and waits up to 5 seconds. The address is the one on which the gateway that runs by the config listens, whatever the config says by now: the gateway notes it in a small file in the folder for temporary files, or in `./logs`, which only its user may read. Where there is none, it is that of `listen` in the config, or of `LLM_PROXY_LISTEN`. A gateway that was started with `--listen` or `--port` needs `--url`.',
  ],
  flags: [URL_FLAG, CONFIG],
  examples: [
    { words: ['health'], does: 'asks the gateway of `config.yaml`' },
    { words: ['health', '--url', 'http://127.0.0.1:9000'], does: 'asks another one' },
  ],
  exits: { 1: 'it does not answer, or not with 200' },
  run: ask,
};

async function ask(line: CommandLine): Promise<number> {
  let target: Target;
  try {
    target = targetOf(line.flags.value(URL_FLAG) ?? (await gatewayAddress(line)), '/health');
  } catch (error) {
    if (!(error instanceof NoAddress || error instanceof ConfigError)) throw error;
    line.err(`${error.message}: name the gateway's address with --url`);
    return 1;
  }
  try {
    const { status } = await askGateway(target);
    if (status === 200) return 0;
    line.err(`${target.shown} answered ${status}`);
  } catch (error) {
    line.err(`${target.shown} does not answer: ${unansweredReason(error)}`);
  }
  return 1;
}
