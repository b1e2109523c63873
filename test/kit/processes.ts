import { afterAll } from 'bun:test';
import { started } from './demo.ts';
import type { Gateway, GatewayOptions } from './gateway.ts';
import { spawnGateway } from './gateway.ts';

/** What a command that ended came to. */
export interface Ended {
  readonly code: number | NodeJS.Signals;
  readonly out: string;
  readonly err: string;
  readonly dir: string;
}

/** The processes of a test file, which end with it. */
export interface Processes {
  /** Takes care of one that was started elsewhere. */
  own(gateway: Gateway): Gateway;
  /** Runs a command that ends by itself. */
  runToEnd(options: GatewayOptions): Promise<Ended>;
  /** Starts one that no URL of the kit leads to, and waits until it says that it listens. */
  startQuietly(options: GatewayOptions): Promise<Gateway>;
}

/** To be called once, at the top of a test file. */
export function processes(): Processes {
  const gateways: Gateway[] = [];
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop('SIGKILL')));
  });
  const own = (gateway: Gateway): Gateway => {
    gateways.push(gateway);
    return gateway;
  };
  return {
    own,
    async runToEnd(options) {
      const gateway = own(await spawnGateway(options));
      const code = await gateway.exited;
      return { code, out: gateway.stdout(), err: gateway.stderr(), dir: gateway.dir };
    },
    async startQuietly(options) {
      const gateway = own(await spawnGateway(options));
      await started(gateway);
      return gateway;
    },
  };
}

/** Runs a line of a shell. */
export async function runShell(
  command: string,
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn({ cmd: ['sh', '-c', command], stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', ...options });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, err };
}
