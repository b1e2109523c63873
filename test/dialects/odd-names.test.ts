// Names of models that no URL and no header could hold are refused in the client's dialect, whatever wildcard takes them.
import { expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import { chatAnswer } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import { DIALECTS } from './stage.ts';

const ASK = { turns: [{ role: 'user' as const, items: [{ text: 'Hello' }] }] };

test('half of a character', async () => {
  const upstream = await startUpstream(chatAnswer('ok'));
  const at = (path: string) => upstream.url.replace('/v1', path);
  const aws = { access_key_id: 'AKIDEXAMPLE', secret_access_key: 'the-secret-of-aws', region: 'us-east-1' };
  const gateway = await startGateway({
    config: {
      backends: [
        ...DIALECTS.map(({ protocol, base }) => ({
          name: protocol,
          url: at(base),
          protocol,
          api_key: 'k-of-upstream',
        })),
        { name: 'azure', vendor: 'azure', url: at('/openai'), api_version: '2024-10-21', api_key: 'k-of-upstream' },
        { name: 'bedrock', vendor: 'bedrock', url: at(''), ...aws },
        {
          name: 'vertex',
          vendor: 'vertex',
          url: at('/x'),
          project: 'p',
          location: 'global',
          protocol: 'anthropic',
          api_key: 'k-of-upstream',
        },
      ],
      models: Object.fromEntries(
        [...DIALECTS.map(({ protocol }) => protocol), 'azure', 'bedrock', 'vertex'].map((name) => [
          `${name}/*`,
          { routes: [{ backend: name, model: '*' }] },
        ]),
      ),
    },
  });
  const fronts = DIALECTS.filter((front) => front.request(ASK, 'm', false).body.model !== undefined);
  expect(fronts).toHaveLength(3);
  for (const front of fronts)
    for (const back of [...DIALECTS.map(({ protocol }) => protocol), 'azure', 'bedrock', 'vertex'])
      for (const odd of ['\\ud800', '\\udc00x', 'a\\ud83d'])
        for (const stream of [false, true]) {
          const { path, body } = front.request(ASK, `${back}/ODD`, stream);
          const answer = await send(gateway.url + path, { body: JSON.stringify(body).replace('ODD', odd) });
          const { text } = await answer.whole();
          expect([front.protocol, back, odd, answer.status, JSON.parse(text).error.type]).toEqual([
            front.protocol,
            back,
            odd,
            400,
            'invalid_request_error',
          ]);
          expect(text).toContain('half of a character');
        }
  // Where the path names it, no URL can say such a thing.
  for (const path of [
    '/v1beta/models/gemini%2F%ED%A0%80:generateContent',
    '/openai/deployments/openai%2F%ED%A0%80/embeddings',
  ]) {
    const answer = await send(gateway.url + path, { body: {} });
    expect(answer.status).toBe(404);
    await answer.whole();
  }
  expect(upstream.requests).toHaveLength(0);
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});
