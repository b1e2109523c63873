/** What a Dockerfile says that a container of its image is. */
export interface Image {
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly uid: number;
  readonly gid: number;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly healthcheck: readonly string[];
  readonly volumes: readonly string[];
  readonly ports: readonly number[];
  /** The commands that make the folders of its file system below `/out`. */
  readonly installs: readonly string[];
}

/** Reads those instructions of a Dockerfile that this project's has, as https://docs.docker.com/reference/dockerfile tells. */
export function parseDockerfile(text: string): Image {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  const ofImage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  const all = (name: string): string[] =>
    ofImage.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1).trim()] : []));
  const last = (name: string): string => {
    const found = all(name).at(-1);
    if (found === undefined) throw new Error(`the Dockerfile has no ${name}`);
    return found;
  };
  const [uid, gid] = last('USER').split(':').map(Number);
  return {
    env: Object.fromEntries(all('ENV').flatMap((line) => [...variables(line)])),
    workdir: last('WORKDIR'),
    uid: uid ?? Number.NaN,
    gid: gid ?? Number.NaN,
    entrypoint: JSON.parse(last('ENTRYPOINT')),
    cmd: JSON.parse(last('CMD')),
    healthcheck: JSON.parse(last('HEALTHCHECK').replace(/^.*? CMD /, '')),
    volumes: all('VOLUME'),
    ports: all('EXPOSE').map(Number),
    installs: lines.flatMap((line) => [...line.matchAll(/\binstall -[^&]*/g)].map(([command]) => command.trim())),
  };
}

/** `NAME=value` and `NAME='a value'`, within which nothing is replaced. */
function* variables(line: string): Generator<[name: string, value: string]> {
  for (const [, name = '', quoted, plain] of line.matchAll(/(\w+)=(?:'([^']*)'|(\S+))/g))
    yield [name, quoted ?? plain ?? ''];
}
