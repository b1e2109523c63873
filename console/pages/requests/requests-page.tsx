import type { PageProps } from '../../pages.ts';
import { RequestList } from './request-list.tsx';
import { RequestDetailPage } from './detail/request-detail-page.tsx';
import './requests.css';

/** The list of requests, or the one that the address names. */
export function RequestsPage({ rest }: PageProps) {
  return rest === '' ? <RequestList /> : <RequestDetailPage key={rest} id={rest} />;
}
