import type { BackendValues } from '../config-text.ts';
import type { Deployment } from './deployment.ts';

/** The backends of all deployments: those that are the same are one, and each has a name of its own. */
export class BackendList {
  readonly all: BackendValues[] = [];
  readonly #names = new Map<string, string>();

  /** The name of the backend of a deployment. */
  nameOf({ backend, wish }: Deployment): string {
    const identity = JSON.stringify(backend);
    const known = this.#names.get(identity);
    if (known !== undefined) return known;
    let name = wish;
    for (let at = 2; this.all.some((each) => each.name === name); at++) name = `${wish}-${at}`;
    this.#names.set(identity, name);
    // `for` keeps one with a limit of its own apart from others.
    const { for: _model, ...settings } = backend;
    this.all.push({ name, ...settings });
    return name;
  }
}
