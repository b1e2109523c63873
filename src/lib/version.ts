import { version } from '../../package.json';

declare const BUILD_VERSION: string | undefined;

/** The version of this build: set when the executable is built, of `package.json` otherwise. */
export const VERSION: string = typeof BUILD_VERSION === 'string' ? BUILD_VERSION : version;
