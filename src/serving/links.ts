import type { Config } from '../config/schema.ts';
import { dispatch } from './dispatch.ts';
import type { ServingLink } from './serving-link.ts';

/** Tries backends until one answers. It is the last link, and asks for no other. */
const attempts: ServingLink = { name: 'attempts', serve: dispatch };

/** All links, in the order in which a request meets them, each with whether a config turns it on. */
const LINKS: readonly (readonly [ServingLink, isOn: (config: Config) => boolean])[] = [[attempts, () => true]];

/** The links that serve what is admitted under a config. What is off is not there, and costs nothing. */
export function linksOf(config: Config): readonly ServingLink[] {
  return LINKS.filter(([, isOn]) => isOn(config)).map(([link]) => link);
}
