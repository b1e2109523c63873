import { LiveListeners } from '../../admin/live/live-listeners.ts';
import { explain } from '../../admin/routing/explain.ts';
import type { ExplainJson, ExplainQuestion } from '../../admin/routing/explain-schema.ts';
import { App } from '../../app.ts';
import type { Config } from '../../config/schema.ts';
import { secretsOf } from '../../config/secrets.ts';
import { createRedactor } from '../../records/log/redact.ts';
import type { CommandLine } from '../command.ts';
import { configPath, servedPath } from '../flags.ts';
import { RecordLog } from '../live/ask.ts';

/** An explanation, and who gave it. */
export interface Explained {
  readonly answer: ExplainJson;
  readonly from: string;
}

/** What a gateway that has just begun to go by a config would say of a request. Throws a Refusal, or rejects with a ConfigError. */
export async function byConfig(question: ExplainQuestion, config: Config, line: CommandLine): Promise<Explained> {
  const file = servedPath(line);
  const log = new RecordLog(createRedactor(secretsOf(config, line.env)));
  const app = await App.create(quiet(config), file === undefined ? undefined : configPath(line), line.env, { log });
  try {
    const context = { ...app.gateway.context, ...app.adminTools, live: new LiveListeners(app.recent) };
    const answer = explain(question, context, false);
    return { answer, from: `${file ?? 'the environment'} alone, for no gateway that runs by it was asked` };
  } finally {
    await app.close();
  }
}

/** Nothing is opened, written, or sent. */
function quiet(config: Config): Config {
  return {
    ...config,
    data_dir: undefined,
    database: undefined,
    otel: { ...config.otel, endpoint: undefined, exporters: [] },
    health_check: { ...config.health_check, enabled: false },
    logging: { ...config.logging, base_dir: '', debug_mode: false },
  };
}
