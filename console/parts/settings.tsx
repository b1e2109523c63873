import { chooseLanguage, language, LANGUAGES, type Language } from '../lib/language.ts';
import { showsKeys } from '../lib/keys.ts';
import { chooseTheme, isDark, theme, type Theme } from '../lib/theme.ts';
import { zone, ZONES } from '../lib/zone.ts';
import { words } from '../words/words.ts';
import { Account } from './account.tsx';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { Select } from './select.tsx';

/** What the reader may choose on every page, the keys, and who he is. */
export function Settings() {
  return (
    <div class="settings">
      <Choices />
      <Button kind="quiet" icon="keyboard" onClick={() => (showsKeys.value = true)}>
        {words.value.keysTitle}
      </Button>
      <Account />
    </div>
  );
}

/** Time zone, language and theme. */
export function Choices() {
  const { themes, ...w } = words.value;
  const zones = ZONES.map((name) => [name, name.replaceAll('_', ' ')] as const);
  const languages = Object.entries(LANGUAGES) as readonly (readonly [Language, string])[];
  const choices = Object.entries(themes) as readonly (readonly [Theme, string])[];
  return (
    <>
      <Select label={w.zone} hideLabel value={zone.value} options={zones} onChange={(next) => (zone.value = next)}>
        <Icon name="clock" />
      </Select>
      <Select label={w.language} hideLabel value={language.value} options={languages} onChange={chooseLanguage}>
        <Icon name="globe" />
      </Select>
      <Select label={w.theme} hideLabel value={theme.value} options={choices} onChange={chooseTheme}>
        <Icon name={isDark.value ? 'moon' : 'sun'} />
      </Select>
    </>
  );
}
