import type { z } from 'zod';
import type { explainBody, ExplainJson } from '../../../src/admin/routing/explain-schema.ts';
import { call } from '../../lib/api.ts';
import { useResource } from '../../lib/resource.ts';
import { ErrorNotice } from '../notice.tsx';
import { Skeleton } from '../skeleton.tsx';
import { Explanation } from './explanation.tsx';

/** What is asked: a model, and what else is known of the request. */
export type Asked = z.input<typeof explainBody>;

/** What would become of a request; nothing is sent. */
export function Explained({ asked }: { readonly asked: Asked }) {
  const answer = useResource(JSON.stringify(asked), (signal) =>
    call<ExplainJson>('POST', '/admin/explain', { body: asked, signal }),
  );
  const { value } = answer.value;
  const error = answer.error.value;
  if (error !== undefined) return <ErrorNotice error={error} onRetry={answer.reload} />;
  return value === undefined ? <Skeleton lines={5} /> : <Explanation of={value} />;
}
