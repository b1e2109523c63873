import type { ComponentType } from 'preact';
import type { Role } from './lib/session.ts';
import type { IconName } from './parts/icon.tsx';
import type { Words } from './words/en.ts';

/** What a page is given. */
export interface PageProps {
  /** What follows the page's own path: the id in `/console/requests/ID`; empty for the page itself. */
  readonly rest: string;
}

/** One page of the console. */
export interface PageRow {
  /** Its word, in `words/`. */
  readonly name: keyof Words['pages'];
  readonly path: string;
  readonly icon: IconName;
  /** `g` and this letter lead there. */
  readonly letter: string;
  /** The least role that sees it. */
  readonly role: Role;
  /** Its component, in a chunk of its own, so that each page loads what it needs. */
  readonly load: () => Promise<{ readonly Page: ComponentType<PageProps> }>;
}

/** The pages in the order of the rail. */
export const PAGES: readonly PageRow[] = [
  {
    name: 'overview',
    path: '/',
    icon: 'overview',
    letter: 'o',
    role: 'viewer',
    load: async () => ({ Page: (await import('./pages/overview/overview-page.tsx')).OverviewPage }),
  },
  {
    name: 'live',
    path: '/console/live',
    icon: 'live',
    letter: 'l',
    role: 'team_admin',
    load: async () => ({ Page: (await import('./pages/live/live-page.tsx')).LivePage }),
  },
  {
    name: 'requests',
    path: '/console/requests',
    icon: 'requests',
    letter: 'r',
    role: 'team_admin',
    load: async () => ({ Page: (await import('./pages/requests/requests-page.tsx')).RequestsPage }),
  },
  {
    name: 'usage',
    path: '/console/usage',
    icon: 'usage',
    letter: 'u',
    role: 'member',
    load: async () => ({ Page: (await import('./pages/usage/usage-page.tsx')).UsagePage }),
  },
  {
    name: 'keys',
    path: '/console/keys',
    icon: 'keys',
    letter: 'k',
    role: 'member',
    load: async () => ({ Page: (await import('./pages/keys/keys-page.tsx')).KeysPage }),
  },
  {
    name: 'teams',
    path: '/console/teams',
    icon: 'teams',
    letter: 't',
    role: 'team_admin',
    load: async () => ({ Page: (await import('./pages/teams/teams-page.tsx')).TeamsPage }),
  },
  {
    name: 'routes',
    path: '/console/routes',
    icon: 'routes',
    letter: 'm',
    role: 'viewer',
    load: async () => ({ Page: (await import('./pages/routes/routes-page.tsx')).RoutesPage }),
  },
  {
    name: 'playground',
    path: '/console/playground',
    icon: 'playground',
    letter: 'p',
    role: 'member',
    load: async () => ({ Page: (await import('./pages/playground/playground-page.tsx')).PlaygroundPage }),
  },
  {
    name: 'connect',
    path: '/console/connect',
    icon: 'connect',
    letter: 'c',
    role: 'member',
    load: async () => ({ Page: (await import('./pages/connect/connect-page.tsx')).ConnectPage }),
  },
  {
    name: 'config',
    path: '/console/config',
    icon: 'config',
    letter: 'f',
    role: 'viewer',
    load: async () => ({ Page: (await import('./pages/config/config-page.tsx')).ConfigPage }),
  },
  {
    name: 'audit',
    path: '/console/audit',
    icon: 'audit',
    letter: 'a',
    role: 'viewer',
    load: async () => ({ Page: (await import('./pages/audit/audit-page.tsx')).AuditPage }),
  },
];

/** The page at a path, and what follows its own path there; undefined if there is none. */
export function pageAt(path: string): { readonly row: PageRow; readonly rest: string } | undefined {
  const plain = path.replace(/\/$/, '');
  if (plain === '' || plain === '/console') return found(PAGES[0], '');
  const row = PAGES.find((each) => plain === each.path || (plain.startsWith(`${each.path}/`) && each.path !== '/'));
  return found(row, row === undefined ? '' : decoded(plain.slice(row.path.length + 1)));
}

function found(row: PageRow | undefined, rest: string) {
  return row === undefined ? undefined : { row, rest };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
