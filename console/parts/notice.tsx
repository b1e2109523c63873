import type { ComponentChildren } from 'preact';
import type { ApiError } from '../lib/api.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

/** A message in the place of what cannot be shown. */
export function Notice({ icon, title, children, tone = 'plain' }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon name={icon} />
      <div>
        <p class="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}

interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly tone?: 'plain' | 'bad' | 'warn';
}

/** Says why the gateway gave nothing, in its own words. */
export function ErrorNotice({ error, onRetry }: { readonly error: ApiError; readonly onRetry?: () => void }) {
  const { unreachable, unreachableMore, failed, retry } = words.value;
  const isGone = error.status === 0;
  return (
    <Notice icon="warning" tone="bad" title={isGone ? unreachable : failed}>
      <p>{isGone ? unreachableMore : error.message}</p>
      {onRetry && (
        <Button icon="retry" onClick={onRetry}>
          {retry}
        </Button>
      )}
    </Notice>
  );
}

/** Nothing to show, and what would bring something. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <Notice icon="info" title={title}>
      {children}
    </Notice>
  );
}
