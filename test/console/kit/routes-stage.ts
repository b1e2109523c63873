import { startDemoStage, type DemoStage } from './stage.ts';

/** A stage with aliases that fail over, balance, fall back and stand for many names. */
export function startRoutesStage(more: object = {}): Promise<DemoStage> {
  return startDemoStage({
    models: {
      demo: { routes: [{ backend: 'demo', model: 'demo' }] },
      main: {
        routes: [
          { backend: 'demo', model: 'demo-fail-503', priority: 1 },
          { backend: 'spare', model: 'demo', priority: 2, weight: 3 },
          { backend: 'demo', model: 'demo', priority: 2 },
        ],
      },
      broken: { routes: [{ backend: 'demo', model: 'demo-fail-500' }] },
      spare: { routes: [{ backend: 'spare', model: 'demo' }] },
      'any/*': { routes: [{ backend: 'spare', model: '*' }] },
    },
    fallback: { max_retries: 1, alias_fallback: { main: ['demo'] } },
    ...more,
  });
}
