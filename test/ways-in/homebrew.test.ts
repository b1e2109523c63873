// The Homebrew formula of a release, as Ruby reads it, against the checksums of that release.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import { executableName } from '../../scripts/executable.ts';
import { REPOSITORY } from '../../src/lib/version.ts';
import { TARGETS } from '../../scripts/runtimes.ts';
import { command, endAll } from '../kit/command.ts';
import type { Json } from '../kit/json.ts';
import { ruby } from '../kit/ruby.ts';

const ROOT = join(import.meta.dir, '../..');
const interpreter = await ruby();
const sums = Object.fromEntries(TARGETS.map((target, index) => [target, `${index}`.repeat(64)]));
let dir: string;
let formula: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-formula-'));
  const lines = TARGETS.flatMap((target) => [
    `${sums[target]}  ${executableName(target)}\n`,
    `${'f'.repeat(64)}  ${executableName(target)}.gz\n`,
  ]);
  writeFileSync(join(dir, 'SHA256SUMS'), lines.join(''));
  const made = await command([process.execPath, 'scripts/formula.ts', '--dist', dir], { cwd: ROOT, env: {} });
  expect(made).toMatchObject({ code: 0, err: '' });
  formula = readFileSync(join(dir, 'llm-proxy.rb'), 'utf8');
});

afterAll(() => {
  endAll();
  rmSync(dir, { recursive: true });
});

test('nothing is left to fill in', () => expect(formula).not.toMatch(/\{\{|\}\}/));

test('a release without one of its executables has none', async () => {
  const without = join(dir, 'without');
  await Bun.write(join(without, 'SHA256SUMS'), `${'0'.repeat(64)}  llm-proxy-linux-x64\n`);
  const made = await command([process.execPath, 'scripts/formula.ts', '--dist', without], { cwd: ROOT, env: {} });
  expect(made.code).not.toBe(0);
  expect(made.err).toContain('SHA256SUMS does not name llm-proxy-darwin-arm64');
});

test('without a release it says what to run first', async () => {
  const made = await command([process.execPath, 'scripts/formula.ts', '--dist', join(dir, 'none')], {
    cwd: ROOT,
    env: {},
  });
  expect(made).toEqual({
    code: 1,
    out: '',
    err: expect.stringMatching(/^The formula needs .*: run `make build-all` first\n$/),
  });
});

/**
 * As much of Homebrew's language as the formula uses: tells what it says for one system and processor. A Ruby that was only
 * unpacked has no standard library, so it makes its JSON itself.
 */
const HOMEBREW = `
$said = { "service" => {}, "defs" => [] }
class Place < String
  def /(other) = Place.new(self + "/" + other)
end
class Formula
  class << self
    %i[desc homepage version license url sha256].each { |name| define_method(name) { |value| $said[name.to_s] = value } }
    { on_macos: "darwin", on_linux: "linux" }.each { |name, system| define_method(name) { |&block| block.call if ARGV[0] == system } }
    { on_arm: "arm64", on_intel: "x64" }.each { |name, arch| define_method(name) { |&block| block.call if ARGV[1] == arch } }
    def livecheck = nil
    def test(&block) = $said["test"] = !block.nil?
    def service(&block) = Service.new.instance_eval(&block)
    def method_added(name) = $said["defs"] << name
  end
end
class Service
  def opt_bin = Place.new("opt_bin")
  def etc = Place.new("etc")
  def var = Place.new("var")
  def method_missing(name, *values) = $said["service"][name.to_s] = values.first
end
load ARGV[2]
def json(value)
  case value
  when Hash then "{" + value.map { |key, one| key.to_s.inspect + ":" + json(one) }.join(",") + "}"
  when Array then "[" + value.map { |one| json(one) }.join(",") + "]"
  when Symbol then value.to_s.inspect
  else value.inspect
  end
end
puts json($said)
`;

describe.skipIf(interpreter === undefined)('Ruby', () => {
  const evaluate = async (...args: string[]): Promise<{ code: unknown; out: string; err: string }> =>
    await command([...(interpreter?.cmd ?? []), ...args], { cwd: dir, env: interpreter?.env ?? {} });

  test('finds no fault in its syntax', async () => {
    expect(await evaluate('-wc', join(dir, 'llm-proxy.rb'))).toMatchObject({ code: 0, out: 'Syntax OK\n', err: '' });
  });

  test.each([
    ['darwin', 'arm64'],
    ['darwin', 'x64'],
    ['linux', 'arm64'],
    ['linux', 'x64'],
  ] as const)('takes the released file on %s %s', async (system, arch) => {
    const script = join(dir, 'homebrew.rb');
    writeFileSync(script, HOMEBREW);
    const { code, out, err } = await evaluate(script, system, arch, join(dir, 'llm-proxy.rb'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const said: Json = JSON.parse(out);
    const target = `${system}-${arch}` as const;
    expect(said).toMatchObject({
      version,
      license: 'MIT',
      homepage: REPOSITORY,
      url: `${REPOSITORY}/releases/download/v${version}/llm-proxy-${target}`,
      sha256: sums[target],
      test: true,
      defs: ['install', 'caveats'],
      service: {
        run: ['opt_bin/llm-proxy', 'serve'],
        environment_variables: { LLM_PROXY_CONFIG: 'etc/llm-proxy/config.yaml' },
        working_dir: 'var/llm-proxy',
        keep_alive: true,
      },
    });
  });
});
