// What every dialect says of paths, headers, errors, limits and models.
import { describe, expect, test } from 'bun:test';
import { parseSse } from '../../../test/kit/sse.ts';
import type { Matched } from '../../core/endpoint-row.ts';
import type { Operation } from '../../core/exchange.ts';
import { Refusal } from '../../core/refusal.ts';
import { MARK, markSignature } from '../../core/signature.ts';
import { BaseUrl } from '../../core/upstream-url.ts';
import { dialectOf } from '../../vendors/dialects.ts';
import type { GatewayError } from '../../core/gateway-error.ts';
import { PROTOCOLS, protocolOf } from '../registry.ts';
import { answers, conversationOf, DIALECTS, HELLO, text } from './samples.fixture.ts';

describe.each(DIALECTS)('%s', (_key, protocol, { model, lacks }) => {
  const { codec, errors, front, models, stream, wire } = protocol;

  describe('addresses', () => {
    const operations: Operation[] = ['generate', 'count_tokens', 'embed'];
    const served = operations.filter((operation) => wire.address(operation, { model, stream: false }) !== undefined);

    test('there is one for conversations, and for what the codec can write', () => {
      expect(served).toContain('generate');
      expect(served.includes('count_tokens')).toBe(codec.counting !== undefined);
      expect(served.includes('embed')).toBe(codec.embedding !== undefined);
    });

    test.each(served)('%s: clients knock where backends are asked', (operation) => {
      for (const streams of [false, true]) {
        const address = wire.address(operation, { model, stream: streams }) ?? '';
        const [path = '', query = ''] = address.split('?', 2);
        const found = ['/v1', '/v1beta'].flatMap((base) => endpointAt(base + path, query) ?? []);
        expect(found.map((endpoint) => endpoint.operation)).toContain(operation);
        for (const { protocol: key, methods } of found) {
          // OpenAI's embeddings are at one path for both of its dialects.
          expect([protocol.name, ...wire.alsoServes]).toContain(protocolOf(key).name);
          expect(methods).toEqual(['POST']);
        }
      }
    });

    test.each(['../../secret', 'a/../b', '..', 'a/%2e%2e/b', 'x?y=1', 'x#y', 'constructor', '__proto__'])(
      'no name leads out of the base: %s',
      (hostile) => {
        const base = new BaseUrl('https://host/base');
        for (const operation of served) {
          const address = (model: string) => wire.address(operation, { model, stream: false }) ?? '';
          if (address('m') === address('n') || !/\.\.|%2e/.test(hostile)) {
            base.prove(address(hostile));
            expect(address(hostile).split('?').slice(1)).toEqual(address('m').split('?').slice(1));
          } else expect(() => address(hostile)).toThrow(Refusal);
        }
      },
    );

    test('its paths are its own', () => {
      for (const { match } of front.rows) {
        for (const [path, endpoint] of Object.entries(match.paths ?? {})) {
          expect(path).toStartWith('/');
          expect(protocolOf(endpoint.protocol).name).toBe(protocol.name);
          // Lists of models stand at one path for several.
          if (match.isShared === true) continue;
          expect(PROTOCOLS.find(([, other]) => other.front.covers(path))?.[1].name).toBe(protocol.name);
        }
        expect(match.find?.('/nowhere', '')).toBeUndefined();
      }
    });

    function endpointAt(path: string, query: string): Matched | undefined {
      for (const { match } of PROTOCOLS.flatMap(([, { front: each }]) => each.rows)) {
        const endpoint = match.paths?.[path] ?? match.find?.(path, query);
        if (endpoint !== undefined) return endpoint;
      }
      return undefined;
    }
  });

  test('headers are in lower case, and the key stands where the config thinks', () => {
    const names = [
      wire.credential.name,
      wire.requestIdHeader,
      ...Object.keys(wire.headers),
      ...wire.headerPrefixes,
      ...front.tellingHeaders,
    ];
    expect(names).toEqual(names.map((name) => name.toLowerCase()));
    const { credential, headers } = dialectOf(protocol.name);
    expect([wire.credential, wire.headers]).toEqual([credential, headers]);
  });

  test('limits are read as they are written, where the dialect tells them', () => {
    const limits = {
      requests: { limit: 100, remaining: 3, resetMs: 2000 },
      tokens: { limit: 5000, remaining: 0, resetMs: 61_000 },
    };
    const headers = wire.limitHeaders(limits);
    const read = wire.readLimits(new Headers(headers));
    if (Object.keys(headers).length === 0) {
      expect(read).toBeUndefined();
      return;
    }
    for (const kind of ['requests', 'tokens'] as const) {
      expect(read?.[kind]).toMatchObject({ limit: limits[kind].limit, remaining: limits[kind].remaining });
      // A time of day is told in full seconds.
      expect(Math.abs((read?.[kind]?.resetMs ?? 0) - limits[kind].resetMs)).toBeLessThanOrEqual(1000);
    }
    expect(wire.readLimits(new Headers())).toBeUndefined();
  });

  test('models are listed by their names, in their order', () => {
    const written = JSON.stringify(models.list(['zeta', 'openai/alpha'], 1_700_000_000_000));
    expect(written.indexOf('zeta')).toBeLessThan(written.indexOf('openai/alpha'));
    expect(written).toContain(JSON.stringify(models.one('openai/alpha', 1_700_000_000_000)));
    expect(JSON.stringify(models.list([], 0))).not.toContain('undefined');
  });

  describe('errors', () => {
    const error: GatewayError = {
      status: 429,
      message: 'Too much of “it”.\n',
      type: 'rate_limit_error',
      code: 'a_code_of_ours',
      param: null,
    };

    test('one is read as it was written', () => {
      expect(errors.read(JSON.parse(errors.body(error)))).toMatchObject({
        message: error.message,
        code: error.code,
      });
    });

    test.each([400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504, 529])(
      'status %p is one that says the same',
      (status) => {
        const own = errors.status(status);
        expect(own === status || (status >= 500 && own >= 500)).toBe(true);
        expect(errors.status(own)).toBe(own);
        expect(JSON.parse(errors.body({ ...error, status, code: null }))).toBeObject();
      },
    );

    test('one that ends a stream is an error to whoever follows it', () => {
      for (const written of [errors.event(error), errors.asEvent(JSON.parse(errors.body(error))) ?? '']) {
        const { data, name } = eventOf(written);
        // Where streams are not SSE its data is framed for what went before, after which nothing can come.
        const frames = stream.framing?.open();
        if (frames !== undefined) expect(JSON.parse(frames.error(data))).toEqual([JSON.parse(data)]);
        expect(stream.read({}).see(JSON.parse(data), name)).toBe('error');
        expect(stream.isEnd(data)).toBe(false);
        expect(data).toContain('Too much of “it”.');
      }
    });

    test.each([[{}], [null], [[]], ['x'], [{ error: null }]])('%j holds none', (body) => {
      expect(errors.read(body)).toBeUndefined();
      expect(errors.asEvent(body)).toBeUndefined();
    });

    function eventOf(written: string): { data: string; name: string | undefined } {
      const { events, rest } = parseSse(written);
      expect([events.length, rest]).toEqual([1, '']);
      return { data: events[0]!.data, name: events[0]!.event };
    }
  });

  describe('the grammar of streams', () => {
    test('a keep-alive means nothing', () => {
      const { events, rest } = parseSse(stream.keepAlive);
      expect(rest.trim()).toBe('');
      for (const { data, event } of events) {
        expect(stream.read({}).see(JSON.parse(data), event)).toBe('other');
        expect(stream.isEnd(data)).toBe(false);
      }
    });

    test('the end, where there is one, is known for it', () => {
      if (stream.end === '' || stream.framing !== undefined) return;
      const { events, rest } = parseSse(stream.end);
      expect([events.length, rest, stream.isEnd(events[0]?.data ?? '')]).toEqual([1, '', true]);
    });

    test('nothing has been said of a stream that has not begun', () => {
      const reader = stream.read({});
      expect([reader.finished, reader.usage, reader.textKey]).toEqual([false, undefined, undefined]);
    });

    test.each([[null], [3], ['x'], [[]], [{}]])('%j is no event, and does no harm', (event) => {
      const reader = stream.read({});
      expect(['other', 'content']).toContain(reader.see(event));
      expect(reader.finished).toBe(false);
    });
  });

  if (!lacks.includes('marked signatures'))
    describe('signatures that the gateway gave to the client for another model', () => {
      const marked = markSignature({ protocol: 'elsewhere', model: 'another', value: 'c2VjcmV0' });
      const withThought = (value: string) => {
        const thought = {
          type: 'reasoning',
          text: 'Hm.',
          signature: { protocol: protocol.name, model, value },
        } as const;
        const { body } = codec.encodeRequest(conversationOf([HELLO, answers(thought, text('Hi.')), HELLO]), {
          model,
          quirks: {},
        });
        return JSON.stringify(body);
      };

      test('are taken out with the thoughts that they sign, and nothing else', () => {
        const written = withThought(marked);
        expect(written).toContain(MARK);
        const left = protocol.removeForeignSignatures(written, JSON.parse(written) as Record<string, unknown>, model);
        expect(left).not.toContain(MARK);
        const { turns } = codec.decodeRequest(JSON.parse(left) as Record<string, unknown>, { stream: false });
        expect(turns.map(({ parts }) => parts.map(({ type }) => type))).toEqual([['text'], ['text'], ['text']]);
      });

      test('of this very model are as they were', () => {
        const own = markSignature({ protocol: protocol.name, model, value: 'c2VjcmV0' }, undefined);
        const written = withThought(own);
        const left = protocol.removeForeignSignatures(written, JSON.parse(written) as Record<string, unknown>, model);
        expect(left).toBe(withThought('c2VjcmV0'));
      });
    });

  const { providerState } = protocol;

  if (providerState !== undefined)
    test('a request that refers to nothing kept stays as it is', () => {
      const body = codec.encodeRequest(conversationOf([HELLO]), { model, quirks: {} }).body;
      const written = JSON.stringify(body);
      const store = { item: () => '{}', refer: (id: string) => `${id}!`, isOwn: () => false };
      expect(providerState.refers(body)).toBe(false);
      expect(providerState.resolve(written, body, store)).toBe(written);
      expect(providerState.idOf({})).toBeUndefined();
    });
});
