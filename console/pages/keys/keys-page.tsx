import type { PageProps } from '../../pages.ts';
import { mayManage } from '../../lib/accounts.ts';
import { role } from '../../lib/session.ts';
import { urlField } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Page } from '../../parts/page.tsx';
import { words as common } from '../../words/words.ts';
import { KeyDetail } from './key-detail.tsx';
import { KeyList } from './key-list.tsx';
import { NewKey } from './new-key.tsx';
import { OwnKey } from './own-key.tsx';
import { words } from './words.ts';

/** Whether the form of a new key is open: `?new=1`, to link to. */
const isNew = urlField('new');

/** Keys: all of them, or one; for who has nothing but a key, that one. */
export function KeysPage({ rest }: PageProps) {
  if (role.value === 'member') return <OwnKey />;
  if (rest !== '') return <KeyDetail key={rest} id={rest} />;
  const action = mayManage() && (
    <Button icon="plus" kind="main" onClick={() => (isNew.value = '1')}>
      {words.value.newKey}
    </Button>
  );
  return (
    <Page title={common.value.pages.keys} actions={action}>
      <KeyList />
      {isNew.value !== '' && mayManage() && <NewKey onClose={() => (isNew.value = '')} />}
    </Page>
  );
}
