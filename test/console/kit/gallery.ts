import { basename, resolve } from 'node:path';
import type { Server } from 'bun';
import { securityHeaders } from '../../../src/console/security-headers.ts';

/** Serves the gallery of all parts (`console/gallery/`) under the policy that the console has. */
export async function serveGallery(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { outputs } = await Bun.build({
    entrypoints: [resolve(import.meta.dir, '../../../console/gallery/index.html')],
    target: 'browser',
    splitting: true,
    publicPath: '/assets/',
    jsx: { runtime: 'automatic', importSource: 'preact', development: false },
  });
  const files = new Map(outputs.map((output) => [basename(output.path), output]));
  const server: Server<undefined> = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch({ url }) {
      const { pathname } = new URL(url);
      if (!pathname.startsWith('/assets/'))
        return new Response(files.get('index.html'), { headers: securityHeaders('page') });
      const file = files.get(basename(pathname));
      return new Response(file ?? null, { status: file === undefined ? 404 : 200, headers: securityHeaders('asset') });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}
