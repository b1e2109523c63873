import type { ComponentChildren } from 'preact';
import { useSignal, useSignalEffect } from '@preact/signals';
import { path } from '../lib/router.ts';
import { words } from '../words/words.ts';
import { AccountDialog } from './account.tsx';
import { Button } from './button.tsx';
import { DemoBanner } from './demo/demo-banner.tsx';
import { Icon, type IconName } from './icon.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { Settings } from './settings.tsx';
import { Toasts } from './toasts.tsx';

/** A page as the rail shows it. */
export interface NavItem {
  readonly path: string;
  readonly title: string;
  readonly icon: IconName;
  readonly letter: string;
  readonly isCurrent: boolean;
}

/** The rail with the pages at the left, on a narrow screen a bar at the top with a menu; and the page. */
export function Layout({
  items,
  children,
}: {
  readonly items: readonly NavItem[];
  readonly children: ComponentChildren;
}) {
  const isOpen = useSignal(false);
  useSignalEffect(() => {
    void path.value;
    isOpen.value = false;
  });
  const { skip, menu, nav, product } = words.value;
  const closeByKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') isOpen.value = false;
  };
  return (
    <div class="layout">
      <a class="skip" href="#main" onClick={skipToMain}>
        {skip}
      </a>
      <header class={isOpen.value ? 'rail rail-open' : 'rail'} onKeyDown={closeByKey}>
        <div class="rail-head">
          <a class="brand" href="/">
            <Logo />
            {product}
          </a>
          <Button
            kind="quiet"
            icon={isOpen.value ? 'close' : 'menu'}
            label={menu}
            aria-expanded={isOpen.value}
            aria-controls="rail-body"
            onClick={() => (isOpen.value = !isOpen.value)}
          />
        </div>
        <div class="rail-body" id="rail-body">
          <nav aria-label={nav}>
            <ul>
              {items.map((item) => (
                <NavLink key={item.path} {...item} />
              ))}
            </ul>
          </nav>
          <Settings />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <DemoBanner />
        {children}
      </main>
      <KeysDialog pages={items} />
      <AccountDialog />
      <Toasts />
    </div>
  );
}

function NavLink({ path: href, title, icon, letter, isCurrent }: NavItem) {
  return (
    <li>
      <a href={href} class="nav-link" aria-current={isCurrent ? 'page' : undefined}>
        <Icon name={icon} />
        <span>{title}</span>
        <kbd aria-hidden="true">g {letter}</kbd>
      </a>
    </li>
  );
}

function skipToMain(event: MouseEvent): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('main')?.focus();
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M7 16h6l6-7h6M13 16l6 7h6" />
      <circle cx="13" cy="16" r="2.6" />
    </svg>
  );
}
