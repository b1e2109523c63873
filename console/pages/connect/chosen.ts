import { urlChoice, urlField } from '../../lib/url-state.ts';
import type { System } from './tool.ts';
import { TOOLS } from './tools.ts';

/** What is connected. */
export const tool = urlChoice(
  'tool',
  TOOLS.map(({ name }) => name),
  'openai-python',
);
/** An alias; empty: the first. */
export const model = urlField('model');
/** The id of a key; empty: any. */
export const keyId = urlField('key');
/** The terminal that commands are for. */
export const system = urlChoice('system', ['unix', 'powershell', 'cmd'], ownSystem());

function ownSystem(): System {
  return /Windows/.test(navigator.userAgent) ? 'powershell' : 'unix';
}
