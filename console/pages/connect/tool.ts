/** Where a snippet is pasted. */
export type System = 'unix' | 'powershell' | 'cmd';

/** In which dialect a tool asks, and so a test request does. */
export type Dialect = 'chat' | 'responses' | 'messages' | 'gemini';

/** What snippets are made of. */
export interface SnippetFacts {
  /** The gateway's address, without a slash at its end. */
  readonly origin: string;
  readonly model: string;
  /** The key, or what stands for it. */
  readonly key: string;
  readonly system: System;
}

/** A text to paste. */
export interface Snippet {
  /** The file that it goes into, or what it is. */
  readonly title: string;
  readonly text: string;
}

/** A program that can be connected. What is here was tried, or is as its documentation has it: docs/clients.md says which. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly group: 'sdk' | 'agent' | 'app';
  readonly dialect: Dialect;
  /** Snippets read the key from a variable, which is set first; others have it in them or ask for it. */
  readonly usesVariable: boolean;
  /** Its name in `notes` of the words. */
  readonly note?: 'cursor' | 'container' | 'claude' | 'cline' | 'codex' | undefined;
  snippets(facts: SnippetFacts): readonly Snippet[];
}

/** The variable that holds the key in snippets. */
export const VARIABLE = 'LLM_PROXY_KEY';

/** Sets variables in a terminal. */
export function setVariables(system: System, values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => SETTERS[system](name, value))
    .join('\n');
}

const SETTERS: Readonly<Record<System, (name: string, value: string) => string>> = {
  unix: (name, value) => `export ${name}=${value.startsWith('$') ? `"${value}"` : quoted(value)}`,
  powershell: (name, value) => `$env:${name} = ${value.startsWith('$') ? `$env:${value.slice(1)}` : `'${value}'`}`,
  cmd: (name, value) => `set ${name}=${value.startsWith('$') ? `%${value.slice(1)}%` : value}`,
};

function quoted(value: string): string {
  return /^[\w./:@%+-]+$/.test(value) ? value : `'${value}'`;
}
