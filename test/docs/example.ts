import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Glob } from 'bun';
import { devDependencies } from '../../package.json';
import { hasTool } from '../kit/required-tool.ts';
import type { Block } from './blocks.ts';

/** Where the pages say that the gateway is. */
const ADDRESS = 'http://127.0.0.1:8765';
const ROOT = join(import.meta.dir, '../..');
/** Keeps clients from asking the internet, which tests must not need, and from breaking lines. */
const ENVIRONMENT = { LITELLM_LOCAL_MODEL_COST_MAP: 'True', AI_SDK_LOG_WARNINGS: 'false', COLUMNS: '200' };

/**
 * The folder of clients that are no packages of this project, if the environment names one: `node_modules` and any number
 * of Python environments, for some clients do not get along in one.
 */
export const CLIENTS = process.env.LLM_PROXY_CLIENTS;

/** Whether there is curl, without which the examples for the shell cannot run. */
export const hasCurl = hasTool('curl');

/** Whether a block needs nothing but this project, and curl. */
export function needsNoClients({ language, text }: Block): boolean {
  if (language === 'sh') return /^ *curl /m.test(text);
  if (language !== 'js') return false;
  const imported = [...text.matchAll(/^import .* from '([^']+)'/gm)].map(([, name = '']) => name);
  return imported.every((name) => isBuiltin(name) || name in devDependencies);
}

/** A gateway to run blocks against, and the key that they give. */
export interface Target {
  readonly url: string;
  readonly key: string;
}

/**
 * Runs a block as its reader would, in an empty home with the files of its section; resolves with what it prints, and
 * rejects with that where it fails. Only the gateway's address is replaced.
 */
export async function runBlock(block: Block, page: readonly Block[], { url, key }: Target): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'llm-proxy-example-'));
  for (const { section, title, text } of page) {
    if (title === undefined || section !== block.section) continue;
    const path = join(home, title.replace(/^~\//, ''));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll(ADDRESS, url));
  }
  // A module finds packages in the folders above it.
  const packages = join(needsNoClients(block) ? ROOT : (CLIENTS ?? home), 'node_modules/.cache');
  mkdirSync(packages, { recursive: true });
  const modules = mkdtempSync(join(packages, 'example-'));
  try {
    const text = block.text.replaceAll(ADDRESS, url);
    writeFileSync(join(modules, 'example.mjs'), text);
    const child = Bun.spawn(commandFor(block.language, text, modules), {
      cwd: home,
      env: {
        ...ENVIRONMENT,
        PATH: [...programFolders(), process.env.PATH].join(delimiter),
        HOME: home,
        LLM_PROXY_KEY: key,
      },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    if (code !== 0) throw new Error(`it ended with ${code}:\n${stdout}\n${stderr}`);
    return stdout;
  } finally {
    rmSync(home, { recursive: true, force: true });
    rmSync(modules, { recursive: true, force: true });
  }
}

function commandFor(language: string, text: string, modules: string): string[] {
  if (language === 'sh') return ['sh', '-e', '-c', text];
  if (language === 'python') return [pythonFor(text), '-c', text];
  return [process.execPath, join(modules, 'example.mjs')];
}

/** The Python of the first environment that has everything which the text imports. */
function pythonFor(text: string): string {
  const modules = [...text.matchAll(/^(?:from|import) ([\w.]+)/gm)].map(([, name = '']) => name.replaceAll('.', '/'));
  const wanted = modules.filter((name) => !['os', 'asyncio'].includes(name));
  for (const environment of environments()) {
    const [packages] = new Glob('lib/python*/site-packages').scanSync({ cwd: environment, onlyFiles: false });
    if (packages === undefined) continue;
    const has = (name: string) => ['', '.py'].some((ending) => existsSync(join(environment, packages, name + ending)));
    if (wanted.every(has)) return join(environment, 'bin/python');
  }
  throw new Error(`no Python environment in ${CLIENTS} has ${wanted.join(', ')}`);
}

function programFolders(): string[] {
  if (CLIENTS === undefined) return [];
  return [join(CLIENTS, 'node_modules/.bin'), ...environments().map((environment) => join(environment, 'bin'))];
}

function environments(): string[] {
  if (CLIENTS === undefined) return [];
  return readdirSync(CLIENTS)
    .map((name) => join(CLIENTS, name))
    .filter((folder) => existsSync(join(folder, 'bin/python')));
}
