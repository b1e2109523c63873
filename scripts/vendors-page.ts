// Writes docs/vendors.md from the vendors' rows and from what is noted of each.
import { dialectOf } from '../src/vendors/dialects.ts';
import type { Note, VendorNotes } from '../src/vendors/notes.ts';
import { NOTES } from '../src/vendors/notes/all.ts';
import type { Vendor } from '../src/vendors/vendor.ts';
import { VENDORS } from '../src/vendors/vendors.ts';
import { formatted } from './formatted.ts';
import { writeGenerated } from './write-generated.ts';

const HEADINGS: Readonly<Record<Exclude<keyof VendorNotes, 'vendor'>, string>> = {
  upstream: 'Upstream protocol of translated requests',
  thinking: 'Thinking',
  thoughtsBack: 'Former thoughts',
  refuses: 'Settings it refuses',
  forcedTools: 'Forced tools',
  strictSchemas: 'Strict schemas',
  stopWords: 'Stop sequences',
  contextTooLong: 'Context too long',
  quotaGone: 'Quota gone',
  overloaded: 'Overloaded',
  usage: 'Usage',
  errorInSuccess: 'An error in a 200 or in a stream',
};

const INTRO = `<!-- Generated from src/vendors by \`make generate\`. Do not edit. -->

# Vendors

What the gateway knows of each provider, by the name that \`backends[].vendor\` has for it: the APIs, how thinking is
turned on and measured, what comes back, what is refused, and how failures are told. A request of the API's own dialect
passes as it is, and its client has to know all this; for every other dialect the gateway writes the request by it. Each
statement names where it was found, and the date of that page or of the reading.`;

function section({ name, endpoints, envKey }: Vendor): string {
  const notes = NOTES.find(({ vendor }) => vendor === name);
  if (notes === undefined) throw new Error(`nothing is noted of ${name}: write src/vendors/notes/${name}.ts`);
  const apis = endpoints.map(({ url, protocols }) => {
    const names = protocols.map((protocol) => `\`${dialectOf(protocol).name}\``).join(', ');
    return `- ${names} at \`${url.replace('*', 'NAME')}\``;
  });
  const key = envKey === undefined ? [] : [`The key's usual variable is \`${envKey}\`.`];
  const rows = (Object.keys(HEADINGS) as (keyof typeof HEADINGS)[]).map((key) => rowOf(HEADINGS[key], notes[key]));
  return [`## ${name}`, apis.join('\n'), ...key, rows.join('\n')].join('\n\n');
}

function rowOf(heading: string, { text, sources = [] }: Note): string {
  const found = sources.map(({ url, date }) => `[${new URL(url).host}](${url}), ${date}`).join('; ');
  return `- **${heading}.** ${text.replaceAll('\n', ' ')}${found === '' ? '' : ` (${found})`}`;
}

const text = [INTRO, ...VENDORS.map(section)].join('\n\n') + '\n';
await writeGenerated('docs/vendors.md', await formatted('docs/vendors.md', text));
