import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { readBoundedSync } from '../lib/bounded-file.ts';
import type { Environment } from '../lib/environment.ts';

/**
 * What of the environment weakens the gateway or shows what it is to keep, each with what it means: the runtime obeys these
 * variables before a line of the program has run, so all that can be done is to say so.
 */
export function environmentDangers(env: Environment): string[] {
  return DANGERS.flatMap(({ names, isSet, meaning }) =>
    names.filter((name) => isSet(env[name] ?? '')).map((name) => `${name} is set: ${meaning}`),
  );
}

interface Danger {
  readonly names: readonly string[];
  readonly isSet: (value: string) => boolean;
  readonly meaning: string;
}

const isFilled = (value: string): boolean => value !== '';
const isOn = (value: string): boolean => isFilled(value) && value !== '0' && value !== 'false';

const DANGERS: readonly Danger[] = [
  {
    names: ['NODE_TLS_REJECT_UNAUTHORIZED'],
    isSet: (value) => value === '0',
    meaning:
      'certificates of providers are not checked, so whoever is on the way reads every key and prompt (remove it; name your own authority in NODE_EXTRA_CA_CERTS)',
  },
  {
    names: ['BUN_CONFIG_VERBOSE_FETCH'],
    isSet: isOn,
    meaning: 'every request to a provider is printed with its headers, keys included, past the masking (remove it)',
  },
  {
    names: ['BUN_INSPECT', 'BUN_INSPECT_CONNECT_TO', 'BUN_INSPECT_NOTIFY'],
    isSet: isFilled,
    meaning: 'a debugger can read and change everything in this process, keys included (remove it)',
  },
  {
    names: ['BUN_OPTIONS'],
    isSet: isFilled,
    meaning: 'options for the runtime may load other code into this process, or let a debugger in (remove it)',
  },
  {
    names: ['NODE_DEBUG', 'BUN_DEBUG'],
    isSet: isFilled,
    meaning: 'the runtime may print what it sends and gets, past the masking (remove it)',
  },
  {
    names: ['NODE_EXTRA_CA_CERTS'],
    isSet: (value) => isFilled(value) && !isFile(value),
    meaning: 'there is no such file, so the certificates in it are not trusted (a file in PEM)',
  },
  {
    names: ['NODE_EXTRA_CA_CERTS'],
    isSet: (value) => isFilled(value) && isFile(value) && !holdsCertificates(value),
    meaning:
      'the file cannot be read, or holds no certificate in PEM or a broken one, so none is trusted beyond the usual (a file of "-----BEGIN CERTIFICATE-----" blocks)',
  },
  {
    names: ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'],
    isSet: isFilled,
    meaning:
      'requests to http:// providers go through that proxy, which reads them, keys included (NO_PROXY excepts hosts)',
  },
  {
    names: ['HTTPS_PROXY', 'https_proxy'],
    isSet: isFilled,
    meaning: 'requests to https:// providers go through that proxy (NO_PROXY excepts hosts)',
  },
];

/** A file with the authorities of the whole world has half a MiB. */
const MAX_CA_BYTES = 16 * 1024 * 1024;

/** Whether the file has certificates in PEM, and no other blocks by that name. */
function holdsCertificates(path: string): boolean {
  try {
    const text = readBoundedSync(path, MAX_CA_BYTES).toString('latin1');
    const blocks = text.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END [\w ]+-----/g) ?? [];
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block).raw.byteLength > 0);
  } catch {
    // Unreadable, too long, or no certificate: whoever asks says so.
    return false;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
