import { repository, version } from '../../package.json';

declare const BUILD_VERSION: string | undefined;

/** The version of this build, with its commit between releases: set when the executable is built, of `package.json` otherwise. */
export const VERSION: string = typeof BUILD_VERSION === 'string' ? BUILD_VERSION : version;

/** The version alone, for strangers: from which commit something was built says what is still wrong with it. */
export const RELEASE: string = version;

/** Where the sources are. */
export const REPOSITORY: string = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
