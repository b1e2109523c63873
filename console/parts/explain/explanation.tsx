import type { ExplainedLimitJson, ExplainJson } from '../../../src/admin/routing/explain-schema.ts';
import { moneyText, numberText, percentText } from '../../lib/format.ts';
import { Badge } from '../badge.tsx';
import { Time } from '../figures.tsx';
import { Ticked } from '../ticked.tsx';
import { ExplainedRoutes } from './explained-routes.tsx';
import './explain.css';
import { words } from './words.ts';

/** An explanation: whether the request is let in, its routes in order, what would follow from failures, and the limits near it. */
export function Explanation({ of }: { readonly of: ExplainJson }) {
  const w = words.value;
  const { allowed, refusal, alias, model, caller, input_tokens: tokens, steps, limits, rehearsed, hedge } = of;
  return (
    <div class="explanation">
      <p class="explain-verdict">
        <Badge tone={allowed ? 'good' : 'bad'}>{allowed ? w.allowed : w.refused}</Badge>
        <span>
          {alias === null ? w.noAlias(model) : alias === model ? w.isAlias(alias) : w.standsFor(model, alias)}
          {caller !== null && ` · ${w.as(caller)}`} · {w.tokens(numberText(tokens))}
        </span>
      </p>
      {refusal && (
        <p class="problem">
          {refusal.status} <code>{refusal.code}</code>: <Ticked text={refusal.message} />
        </p>
      )}
      {rehearsed && <p class="hint">{w.rehearsed}</p>}
      <ExplainedRoutes routes={of.routes} isDeterministic={of.deterministic} clientDialect={of.dialect} />
      {hedge && (
        <p class="hint">
          <Ticked text={hedge.why} />
        </p>
      )}
      {steps.length > 0 && (
        <details>
          <summary>{w.steps(of.assumed_failure)}</summary>
          <ol class="explain-steps">
            {steps.map((step, at) => (
              <li key={at}>
                {step.backend !== null && (
                  <b>
                    {step.backend}/{step.model}:{' '}
                  </b>
                )}
                <Ticked text={step.why} />
              </li>
            ))}
          </ol>
        </details>
      )}
      <Limits limits={limits} />
    </div>
  );
}

function Limits({ limits }: { readonly limits: readonly ExplainedLimitJson[] }) {
  const w = words.value;
  return (
    <section>
      <h3>{w.limits}</h3>
      {limits.length === 0 ? (
        <p class="hint">{w.noLimits}</p>
      ) : (
        <ul class="explain-limits">
          {limits.map((limit) => (
            <li key={`${limit.key} ${limit.limit}`}>
              <span class="explain-limit">
                {limit.refuses && <Badge tone="bad">{w.refuses}</Badge>} <Ticked text={limit.limit} />
              </span>
              <meter
                min={0}
                max={1}
                low={0.8}
                high={0.95}
                optimum={0}
                value={Math.min(1, limit.used)}
                aria-label={limit.limit}
              />
              <span class="hint">
                {w.left(amount(limit.left, limit.unit), amount(limit.most, limit.unit))} ({percentText(limit.used)})
                {limit.resets_at !== null && (
                  <>
                    {' '}
                    · {w.resets} <Time at={limit.resets_at} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function amount(text: string, unit: ExplainedLimitJson['unit']): string {
  return unit === 'usd' ? moneyText(text) : numberText(Number(text));
}
