// A gateway with one backend of each dialect, all played by one scripted upstream.
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, json, pieces } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Answer, Dialect } from './spoken.ts';

export const DIALECTS: readonly Dialect[] = [openaiChat, openaiResponses, anthropicMessages, gemini];

/** The gateway's key. */
export const KEY = 'the-key-of-the-gateway';
/** What every backend is sent as its key. */
export const BACKEND_KEY = 'key-of-the-upstream';

/** A model of each dialect that thinks and has structured output. */
export const MODELS: ReadonlyMap<Dialect, string> = new Map([
  [openaiChat, 'gpt-5'],
  [openaiResponses, 'gpt-5'],
  [anthropicMessages, 'claude-sonnet-4-5'],
  [gemini, 'gemini-2.5-pro'],
]);

export interface Stage {
  readonly upstream: Upstream;
  readonly gateway: Gateway;
  /** The alias that a backend of this dialect serves. */
  aliasOf(back: Dialect): string;
  /** Lets backends of this dialect answer so, streamed where they are asked for a stream. */
  plays(back: Dialect, ...answers: readonly Answer[]): void;
  /** What a backend of this dialect was asked last. */
  asked(back: Dialect): ReturnType<Dialect['asked']>;
  stop(): Promise<void>;
}

/** Keys, headers and environment of a stage, where they matter. */
export interface StageSecrets {
  readonly key?: string;
  readonly backendKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startStage(more: object = {}, secrets: StageSecrets = {}): Promise<Stage> {
  const { key = KEY, backendKey = BACKEND_KEY, headers, env } = secrets;
  const upstream = await startUpstream(chatAnswer('ok'));
  const gateway = await startGateway({
    ...(env === undefined ? {} : { env }),
    config: {
      proxy_api_key: key,
      backends: DIALECTS.map(({ protocol, base }) => ({
        name: protocol,
        url: upstream.url.replace('/v1', base),
        protocol,
        api_key: backendKey,
        ...(headers === undefined ? {} : { headers }),
      })),
      models: Object.fromEntries(
        DIALECTS.map((dialect) => [
          `to-${dialect.protocol}`,
          { routes: [{ backend: dialect.protocol, model: MODELS.get(dialect) }] },
        ]),
      ),
      fallback: { cooldown_seconds: 0, max_retries: 0 },
      detection: { error_codes: ['5xx'] },
      ...more,
    },
  });
  const asked = (back: Dialect): ReturnType<Dialect['asked']> => {
    const seen = upstream.requests.at(-1);
    return back.asked(seen?.json, seen?.path ?? '');
  };
  return {
    upstream,
    gateway,
    aliasOf: ({ protocol }) => `to-${protocol}`,
    plays: (back, ...answers) =>
      upstream.script((request, n) => {
        const answer = answers[Math.min(n, answers.length - 1)];
        if (answer === undefined) throw new Error('nothing to answer');
        const { stream } = back.asked(request.json, request.path);
        return stream ? pieces(back.events(answer)) : json(200, back.answer(answer));
      }),
    asked,
    stop: async () => {
      await settled(upstream);
      await gateway.stop();
      await upstream.stop();
    },
  };
}
