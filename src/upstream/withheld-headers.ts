import { NameRule } from '../lib/name-rule.ts';
import { belongsTo } from './header-group.ts';
import { ACCOUNT_WORDS, HARMLESS, WITHHELD_ALWAYS, WITHHELD_BESIDE_KEYS } from './withheld-groups.ts';

/** Headers of a client that no backend gets, whoever's key it is asked with. Lower case. */
export const WITHHELD = new NameRule((name) => isWithheld(name));

/** Those that no backend gets that is asked with the gateway's own credentials, or with none. */
export const WITHHELD_WITH_KEYS = new NameRule(
  (name) => isWithheld(name) || (isWithheldBesideKeys(name) && !harmless.has(name)) || namesAccount(name),
);

const isWithheld = belongsTo(WITHHELD_ALWAYS);
const isWithheldBesideKeys = belongsTo(WITHHELD_BESIDE_KEYS);
const harmless: ReadonlySet<string> = new Set(HARMLESS);
const accountWords: ReadonlySet<string> = new Set(ACCOUNT_WORDS);

/** Whether a name, whoever's it is, says that its value is a key or an account. */
function namesAccount(name: string): boolean {
  if (/(?:api|access|auth|subscription|functions)[-_.]?key$/.test(name)) return true;
  return name.split(/[-_.]/).some((word) => accountWords.has(word));
}
