import packageJson from '../package.json';

/** Where the project is, for people: `https://github.com/…`. */
export const REPOSITORY = packageJson.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
