// An endpoint that upgrades: through the same admission as all others, and no response for it.
import { afterEach, describe, expect, test } from 'bun:test';
import type { Endpoint } from '../../src/core/exchange.ts';
import { Refusal } from '../../src/core/refusal.ts';
import type { SocketListener } from '../../src/core/upgrade.ts';
import type { EndpointHandler } from '../../src/handlers.ts';
import { finish } from '../../src/records/finish.ts';
import { showTaps } from '../../src/records/taps.ts';
import { send } from '../kit/client.ts';
import { startGatewayHere } from '../kit/gateway-here.ts';
import type { GatewayHere } from '../kit/gateway-here.ts';
import { eventually } from '../kit/settled.ts';

const KEY = 'key-of-ann-5678-abcdefgh';
const PATH = '/v1/echo';

/** A row of a test's own. Its handler has the name of one that it stands in for. */
const ECHO: Endpoint = {
  methods: ['GET'],
  protocol: 'openai-chat',
  operation: 'native',
  target: '',
  conversation: false,
  answersJson: false,
  auth: 'caller',
  limits: 'queue',
  handler: 'model_by_id',
  upgrades: true,
};

/** Sends back whatever comes. */
const echo: EndpointHandler = {
  async answer(admitted, exchange, _client, context) {
    await admitted;
    const { delivery, arrival, traceId } = exchange;
    const listener: SocketListener = {
      opened: (socket) =>
        exchange.whenAborted(({ kind }) => {
          if (kind !== 'client_gone') socket.close(1001, kind);
        }),
      received(message, socket) {
        const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
        delivery.bytesOut += bytes.byteLength;
        showTaps(exchange, bytes, context.log);
        socket.send(message);
      },
      closed(code) {
        delivery.isWhole = code === 1000;
        finish(exchange, context);
      },
    };
    delivery.status = 101;
    if (arrival.upgrade?.(listener, { 'x-trace-id': traceId }) === true) return undefined;
    throw new Refusal('invalid_request', 'This endpoint is a WebSocket.');
  },
};

const gateways: GatewayHere[] = [];

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop();
});

async function started(more: object = {}): Promise<GatewayHere> {
  const gateway = await startGatewayHere(
    { proxy_api_key: KEY, ...more },
    { handlers: { model_by_id: echo }, endpoints: { [PATH]: ECHO } },
  );
  gateways.push(gateway);
  return gateway;
}

/** A client's WebSocket, and what has come by it. */
function connect(gateway: GatewayHere, headers: Readonly<Record<string, string>>) {
  const socket = new WebSocket(gateway.url.replace('http', 'ws') + PATH, { headers });
  const messages: unknown[] = [];
  socket.onmessage = ({ data }) => void messages.push(data);
  const opened = new Promise<boolean>((resolve) => {
    socket.onopen = () => resolve(true);
    socket.onerror = () => resolve(false);
  });
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  return { socket, messages, opened, closed };
}

const authorized = (traceId: string) => ({ authorization: `Bearer ${KEY}`, 'x-trace-id': traceId });

describe('an endpoint that upgrades', () => {
  test.each([
    ['directly', {}],
    ['with CORS around it', { cors: { origins: ['https://page.example'] } }],
  ])('becomes a connection, %s, and a record when it closes', async (_how, more) => {
    const gateway = await started(more);
    const { socket, messages, opened, closed } = connect(gateway, authorized('echo'));
    expect(await opened).toBe(true);
    expect(gateway.app.gateway.exchanges.size).toBe(1);
    socket.send('Hello');
    socket.send('again');
    await eventually(() => messages.length === 2);
    expect(messages).toEqual(['Hello', 'again']);
    socket.close(1000);
    await closed;
    expect(await gateway.recordOf('echo')).toMatchObject({
      status: 101,
      attempts: 0,
      bytesOut: 10,
      path: PATH,
      errorCode: undefined,
      interrupted: false,
    });
    expect(gateway.app.gateway.exchanges.size).toBe(0);
  });

  test('lets nobody in without a key', async () => {
    const gateway = await started();
    const { opened } = connect(gateway, { 'x-trace-id': 'stranger' });
    expect(await opened).toBe(false);
    expect(await gateway.recordOf('stranger')).toMatchObject({ status: 401, refused: true });
  });

  test('waits for a slot and gives it back, like any request', async () => {
    const gateway = await started({ concurrency: { enabled: true, max_requests: 1, max_queue_size: 1 } });
    const first = connect(gateway, authorized('first'));
    expect(await first.opened).toBe(true);
    const second = connect(gateway, authorized('second'));
    await eventually(() => gateway.app.gateway.exchanges.size === 2);
    const third = connect(gateway, authorized('third'));
    expect(await third.opened).toBe(false);
    expect(await gateway.recordOf('third')).toMatchObject({ status: 503, refused: true });
    first.socket.close(1000);
    expect(await second.opened).toBe(true);
    second.socket.close(1000);
    expect(await gateway.recordOf('second')).toMatchObject({ status: 101 });
  });

  test('is told to end when the gateway stops', async () => {
    const gateway = await started();
    const { opened, closed } = connect(gateway, authorized('stopped'));
    await opened;
    await gateway.stop();
    expect(await closed).toBe(1001);
    expect(await gateway.recordOf('stopped')).toMatchObject({ status: 101 });
    gateways.pop();
  });

  test('answers a request that asks for no WebSocket', async () => {
    const gateway = await started();
    const answer = await send(gateway.url + PATH, { headers: authorized('plain') });
    expect([answer.status, (await answer.json()).error.message]).toEqual([400, 'This endpoint is a WebSocket.']);
    expect(await gateway.recordOf('plain')).toMatchObject({ status: 400, errorCode: 'invalid_request' });
  });

  test('is none of a web page of another origin, where no key is asked for', async () => {
    const gateway = await started({ proxy_api_key: undefined });
    const { opened } = connect(gateway, { origin: 'https://evil.example', 'x-trace-id': 'foreign' });
    expect(await opened).toBe(false);
    expect(await gateway.recordOf('foreign')).toMatchObject({ status: 403 });
  });
});

test('at any other path a WebSocket is still refused', async () => {
  const gateway = await started();
  const headers = { ...authorized('elsewhere'), upgrade: 'websocket', connection: 'upgrade' };
  const answer = await send(`${gateway.url}/v1/models`, { headers });
  expect(answer.status).toBe(426);
});
