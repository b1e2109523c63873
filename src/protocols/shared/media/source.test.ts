import { describe, expect, test } from 'bun:test';
import { mediaSourceOf, mediaUrlOf } from './source.ts';

describe('where the bytes of a URL are', () => {
  test.each([
    ['https://example.com/a.png', { from: 'url', url: 'https://example.com/a.png' }],
    ['data:image/png;base64,AAAA', { from: 'base64', mediaType: 'image/png', data: 'AAAA' }],
    ['data:text/plain;charset=utf-8;base64,QQ==', { from: 'base64', mediaType: 'text/plain', data: 'QQ==' }],
    ['data:,a%20b', { from: 'base64', mediaType: 'text/plain', data: btoa('a b') }],
    ['data:text/plain,100%', undefined],
  ] as const)('%s', (url, source) => expect(mediaSourceOf(url)).toEqual(source));

  test('and back', () => {
    expect(mediaUrlOf({ from: 'url', url: 'https://example.com/' })).toBe('https://example.com/');
    expect(mediaUrlOf({ from: 'base64', mediaType: 'image/png', data: 'AAAA' })).toBe('data:image/png;base64,AAAA');
    expect(mediaUrlOf({ from: 'text', mediaType: 'text/plain', text: 'é' })).toBe('data:text/plain;base64,w6k=');
    expect(mediaUrlOf({ from: 'file', id: 'file-1', protocol: 'openai-chat' })).toBeUndefined();
  });
});
