import { useSignal } from '@preact/signals';
import { numberText } from '../../lib/format.ts';
import { Button } from '../../parts/button.tsx';
import { Notice } from '../../parts/notice.tsx';
import { ask, pathOf, type Outcome } from './ask.ts';
import type { Dialect } from './tool.ts';
import { words } from './words.ts';

interface TestRequestProps {
  readonly dialect: Dialect;
  readonly model: string;
  /** Undefined: there is no key to ask with. */
  readonly secret: string | undefined;
}

/** Asks the model from here, as the tool would. */
export function TestRequest({ dialect, model, secret }: TestRequestProps) {
  const w = words.value;
  const isAsking = useSignal(false);
  const outcome = useSignal<Outcome | undefined>(undefined);
  const send = async (): Promise<void> => {
    if (secret === undefined) return;
    isAsking.value = true;
    outcome.value = await ask(dialect, model, secret);
    isAsking.value = false;
  };
  return (
    <div class="connect-test">
      <div class="row">
        <Button kind="main" icon="play" disabled={secret === undefined || isAsking.value} onClick={() => void send()}>
          {isAsking.value ? w.testing : w.test}
        </Button>
        <span class="hint">{secret === undefined ? w.testNeedsKey : w.testSent(pathOf(dialect, model))}</span>
      </div>
      <div role="status">{outcome.value && <OutcomeNotice outcome={outcome.value} />}</div>
    </div>
  );
}

function OutcomeNotice({ outcome }: { readonly outcome: Outcome }) {
  const w = words.value;
  const { status, text, backend, traceId } = outcome;
  const isGood = status >= 200 && status < 300;
  const title =
    status === 0
      ? w.unreachable
      : isGood
        ? w.answered(numberText(status), backend ?? 'llm-proxy')
        : w.refused(numberText(status));
  return (
    <Notice icon={isGood ? 'check' : 'warning'} tone={isGood ? 'plain' : 'bad'} title={title}>
      {text !== '' && <p>{text}</p>}
      {traceId !== undefined && <a href={`/console/requests/${encodeURIComponent(traceId)}`}>{w.open}</a>}
    </Notice>
  );
}
