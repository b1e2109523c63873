import { basename, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { ASSETS_PATH, PAGE, type ConsoleFiles } from './console-file.ts';

const NAME = '[name]-[hash].[ext]';

/** Builds the console from its sources. Rejects with what Bun says is wrong with them. */
export async function buildFiles(): Promise<ConsoleFiles> {
  const { outputs } = await Bun.build({
    entrypoints: [resolve(import.meta.dir, '../../console', PAGE)],
    target: 'browser',
    minify: true,
    splitting: true,
    publicPath: ASSETS_PATH,
    naming: { entry: NAME, chunk: NAME, asset: NAME },
    jsx: { runtime: 'automatic', importSource: 'preact', development: false },
  });
  const files = outputs.map(async (output) => {
    const bytes = new Uint8Array(await output.arrayBuffer());
    const { type } = output;
    const [small, smallish] = await Promise.all([toBrotli(bytes, type.startsWith('image/')), toGzip(bytes)]);
    const name = output.path.endsWith('.html') ? PAGE : basename(output.path);
    return [name, { type, brotli: new Uint8Array(small), gzip: new Uint8Array(smallish) }] as const;
  });
  return new Map(await Promise.all(files));
}

async function toBrotli(bytes: Uint8Array, isBinary: boolean): Promise<Buffer> {
  const mode = isBinary ? constants.BROTLI_MODE_GENERIC : constants.BROTLI_MODE_TEXT;
  return await promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_MODE]: mode } });
}

async function toGzip(bytes: Uint8Array): Promise<Buffer> {
  return await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION });
}
