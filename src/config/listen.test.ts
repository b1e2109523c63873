import { expect, test } from 'bun:test';
import { formatListen, isEverywhere, isLoopback, localUrl, parseListen } from './listen.ts';

test.each([
  [':8765', undefined, 8765],
  ['127.0.0.1:8765', '127.0.0.1', 8765],
  ['[::1]:8765', '::1', 8765],
  ['localhost:0', 'localhost', 0],
  ['gateway.internal:80', 'gateway.internal', 80],
])('%s is a TCP address', (text, hostname, port) => {
  expect(parseListen(text)).toEqual({ kind: 'tcp', hostname, port });
});

test('unix:/path is a socket', () => {
  expect(parseListen('unix:/run/llm-proxy.sock')).toEqual({ kind: 'unix', path: '/run/llm-proxy.sock' });
});

test.each([
  ['8765', "needs a colon before the port: ':8765'"],
  ['', 'has no port'],
  ['localhost', 'has no port'],
  [':http', 'has no port'],
  [':70000', 'has port 70000 (0 to 65535'],
  ['::1:8765', 'IPv6 address without brackets'],
  ['[::1:8765', 'no valid host'],
  ['1.2.3:80', 'no valid host'],
  ['a b:80', 'no valid host'],
  ['http://x:80', 'no valid host'],
  ['unix:', 'has no path'],
])('%p is refused', (text, message) => {
  expect(() => parseListen(text)).toThrow(message);
});

test.each([
  [':1', false],
  ['0.0.0.0:1', false],
  ['[::]:1', false],
  ['10.0.0.1:1', false],
  ['gateway:1', false],
  ['127.0.0.1:1', true],
  ['127.8.8.8:1', true],
  ['[::1]:1', true],
  ['[::ffff:127.0.0.1]:1', true],
  ['localhost:1', true],
  ['unix:/x', true],
])('%s: only this machine can reach it: %p', (text, expected) => {
  expect(isLoopback(parseListen(text))).toBe(expected);
});

test.each([':8765', '127.0.0.1:1', '[::1]:8765', 'localhost:0', 'unix:/run/llm-proxy.sock'])(
  '%s is written as it is read',
  (text) => {
    expect(formatListen(parseListen(text))).toBe(text);
  },
);

test.each([
  [':8765', 'http://127.0.0.1:8765', true],
  ['0.0.0.0:1', 'http://127.0.0.1:1', true],
  ['[::]:1', 'http://[::1]:1', true],
  ['[0::0]:1', 'http://[::1]:1', true],
  ['[fd00::1]:1', 'http://[fd00::1]:1', false],
  ['10.0.0.1:1', 'http://10.0.0.1:1', false],
  ['gateway:1', 'http://gateway:1', false],
])('%s is reached here by %s; on every interface: %p', (text, url, everywhere) => {
  const address = parseListen(text);
  if (address.kind === 'unix') throw new Error('no TCP');
  expect([localUrl(address), isEverywhere(address)]).toEqual([url, everywhere]);
});
