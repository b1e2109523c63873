import { readFileSync } from 'node:fs';

/** A package as package-lock.json has it. */
export interface LockedPackage {
  readonly version: string;
  /** `sha512-` and the hash of its tarball in base64. */
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const LOCKED = (JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> })
  .packages;

/** The package of this name at the top of node_modules. Throws an Error if the lock has none, or no hash of it. */
export function lockedPackage(name: string): LockedPackage & { readonly integrity: string } {
  const found = LOCKED[`node_modules/${name}`];
  const { integrity } = found ?? {};
  if (found === undefined || integrity === undefined || !integrity.startsWith('sha512-'))
    throw new Error(`package-lock.json has no package ${name} with a sha512 hash`);
  return { ...found, integrity };
}

/** The hash of a package's tarball in hexadecimal. */
export function sha512Of({ integrity }: { readonly integrity: string }): string {
  return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
}
