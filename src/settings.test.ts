import { expect, test } from 'bun:test';
import { generateKeyPairSync } from 'node:crypto';
import { parseConfig } from './config/load.ts';
import { createRedactor } from './records/log/redact.ts';
import { logSettings } from './settings.ts';

test('no secret of a backend gets into a line of the log', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const account = JSON.stringify({ client_email: 'a@acme.example', private_key: pem });
  const secrets = ['the-api-key', 'the-access-key-id', 'the-secret-access-key', 'the-session-token', 'the-header'];
  const [apiKey, accessKeyId, secretAccessKey, sessionToken, header] = secrets;
  const text = JSON.stringify({
    backends: [
      { name: 'a', vendor: 'openai', api_key: apiKey, headers: { 'x-own': header } },
      {
        name: 'b',
        vendor: 'bedrock',
        region: 'us-east-1',
        access_key_id: accessKeyId,
        secret_access_key: secretAccessKey,
        session_token: sessionToken,
      },
      { name: 'c', vendor: 'vertex', project: 'p', location: 'global', credentials: account },
    ],
  });
  const { config } = parseConfig(text, { file: 'config.yaml', env: {} });
  const redact = createRedactor(logSettings(config, {}).secrets);
  for (const secret of [...secrets, pem, account]) {
    expect(redact(`a line with ${secret} in it`)).not.toContain(secret);
    expect(redact(JSON.stringify({ msg: `a line with ${secret} in it` }))).not.toContain(
      JSON.stringify(secret).slice(1, -1),
    );
  }
});
