import { render } from 'preact';
import { App } from './app.tsx';
import { startKeys } from './lib/keys.ts';
import { startRouter } from './lib/router.ts';
import { loadSession } from './lib/session.ts';
import { PAGES } from './pages.ts';

startRouter();
startKeys(new Map(PAGES.map(({ letter, path }) => [letter, path])));
const app = document.querySelector('#app');
if (app !== null) render(<App />, app);
void loadSession();
