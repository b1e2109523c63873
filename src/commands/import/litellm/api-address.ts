import { doubtOfBaseUrl } from '../../../vendors/url-doubt.ts';
import type { Provider } from './providers.ts';
import { textOf, type Section } from './read-source.ts';
import type { Reading } from './reading.ts';

/** `api_base`, whatever it is called. */
export function baseOf(params: Section): string | undefined {
  return textOf(params['api_base']) ?? textOf(params['base_url']);
}

/** The base URL as it is written here: without the path of an endpoint, with the version that LiteLLM adds. */
export function urlOf(
  params: Section,
  provider: Provider,
  from: string,
  { values, notes }: Reading,
): string | undefined {
  const base = values.plain(baseOf(params));
  if (base === undefined) return provider.url;
  if (base.includes('${')) return base;
  const plain = base.replace(/\/+$/, '');
  const meant = URL.canParse(plain) ? doubtOfBaseUrl(plain)?.meant : undefined;
  if (meant !== undefined)
    notes.nearly(`${from} api_base`, `the base URL is written as \`${meant}\`: the rest is added`);
  const url = meant ?? plain;
  const { suffix } = provider;
  return suffix === undefined || url.endsWith(suffix) ? url : url + suffix;
}
