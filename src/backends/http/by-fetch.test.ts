import { expect, test } from 'bun:test';
import { isProxied } from './by-fetch.ts';

const PROXY = 'http://proxy.example:3128';

test.each([
  ['http://a.example/v1', { HTTP_PROXY: PROXY }, true],
  ['http://a.example/v1', { http_proxy: PROXY }, true],
  ['http://a.example/v1', { HTTPS_PROXY: PROXY }, false],
  ['https://a.example/v1', { HTTPS_PROXY: PROXY }, true],
  ['https://a.example/v1', { https_proxy: PROXY }, true],
  ['https://a.example/v1', { HTTP_PROXY: PROXY }, false],
  ['https://a.example/v1', { ALL_PROXY: PROXY }, true],
  ['http://a.example/v1', { all_proxy: PROXY }, true],
  ['http://a.example/v1', { HTTP_PROXY: '' }, false],
  ['http://a.example/v1', {}, false],
  ['http://a.example/v1', { HTTP_PROXY: PROXY, NO_PROXY: 'b.example, A.example' }, false],
  ['http://a.example:81/v1', { HTTP_PROXY: PROXY, NO_PROXY: 'a.example:81' }, false],
  ['http://a.example:82/v1', { HTTP_PROXY: PROXY, NO_PROXY: 'a.example:81' }, true],
  ['http://a.example/v1', { HTTP_PROXY: PROXY, NO_PROXY: '', no_proxy: '*' }, false],
  // What only `fetch` knows it is left to.
  ['http://a.example/v1', { HTTP_PROXY: PROXY, NO_PROXY: '.example' }, true],
])('%s with %j', (url, env, proxied) => {
  expect(isProxied(new URL(url), env)).toBe(proxied);
});
