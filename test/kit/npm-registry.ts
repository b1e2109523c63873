import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from './json.ts';

/** An npm registry on loopback. */
export interface NpmRegistry {
  readonly url: string;
  /** Makes a package known by its manifest alone, as one that nobody here will download. */
  announce(manifest: Json): void;
  /** Makes a package known by the folder that it is in. It is packed as Bun packs, and less tightly: that is quicker. */
  add(folder: string): Promise<void>;
  /** The names of packages in the order in which they were published. */
  readonly published: readonly string[];
  /** The names of tarballs that were asked for. */
  readonly downloaded: readonly string[];
  stop(): Promise<void>;
}

/** What a registry says of a package: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
interface Packument {
  name: string;
  'dist-tags': Record<string, string>;
  versions: Record<string, Json>;
}

/** Starts a registry that takes what is published and serves it. */
export function startNpmRegistry(): NpmRegistry {
  const packuments = new Map<string, Packument>();
  const tarballs = new Map<string, Buffer>();
  const published: string[] = [];
  const downloaded: string[] = [];
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const path = decodeURIComponent(new URL(request.url).pathname.slice(1));
      if (request.method === 'PUT') return await take(path, await request.json());
      const tarball = tarballs.get(path);
      if (tarball !== undefined) {
        downloaded.push(path);
        return new Response(tarball);
      }
      const packument = packuments.get(path);
      return packument === undefined
        ? Response.json({ error: 'not_found' }, { status: 404 })
        : Response.json(packument);
    },
  });
  const url = `http://127.0.0.1:${server.port}`;

  /** What `npm publish` sends: the manifest, and the tarball in Base64. */
  async function take(name: string, { versions, _attachments, ...rest }: Json): Promise<Response> {
    const [[version, manifest] = []] = Object.entries<Json>(versions);
    const [{ data } = { data: '' }] = Object.values<Json>(_attachments);
    if (version === undefined) return Response.json({ error: 'no version' }, { status: 400 });
    const path = `tarballs/${name}-${version}.tgz`;
    tarballs.set(path, Buffer.from(data, 'base64'));
    manifest.dist.tarball = `${url}/${path}`;
    packuments.set(name, { name, 'dist-tags': rest['dist-tags'], versions });
    published.push(name);
    return Response.json({ ok: true }, { status: 201 });
  }

  function know(manifest: Json, dist: object): void {
    const { name, version } = manifest;
    packuments.set(name, { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } });
  }

  return {
    url,
    published,
    async add(folder) {
      const manifest: Json = await Bun.file(join(folder, 'package.json')).json();
      const to = mkdtempSync(join(tmpdir(), 'llm-proxy-tarball-'));
      try {
        const pack = [process.execPath, 'pm', 'pack', '--quiet', '--gzip-level', '1', '--destination', to];
        const packed = Bun.spawn(pack, { cwd: folder, stdin: 'ignore', stdout: 'ignore' });
        if ((await packed.exited) !== 0) throw new Error(`${folder} could not be packed`);
        const [name = ''] = readdirSync(to);
        const tarball = readFileSync(join(to, name));
        const path = `tarballs/${manifest.name}-${manifest.version}.tgz`;
        tarballs.set(path, tarball);
        const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
        know(manifest, { tarball: `${url}/${path}`, integrity });
      } finally {
        rmSync(to, { recursive: true });
      }
    },
    downloaded,
    announce: (manifest) => know(manifest, { tarball: `${url}/tarballs/none.tgz`, shasum: '0'.repeat(40) }),
    stop: () => server.stop(true),
  };
}
