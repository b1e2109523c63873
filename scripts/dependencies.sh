#!/usr/bin/env bash
# Installs exactly what package-lock.json says, with npm or, where there is none, with Bun. Silent unless it fails.
#   scripts/dependencies.sh             everything: tests, checks, SDKs of providers
#   scripts/dependencies.sh --runtime   what runs and builds the gateway, a third of that
set -euo pipefail
cd "$(dirname "$0")/.."

RUNTIME=node_modules/.installed-runtime
ALL=node_modules/.installed
case "${1:-}" in
  --runtime) stamp=$RUNTIME ;;
  '') stamp=$ALL ;;
  *) echo "usage: $0 [--runtime]" >&2 && exit 2 ;;
esac

# Two makes at once in one tree: the second waits for the first and then finds the work done. (macOS has no flock.)
if command -v flock >/dev/null 2>&1; then
  exec 9<package-lock.json
  flock 9
fi
up_to_date() {
  local input
  for input in package.json package-lock.json scripts/dependencies.sh; do
    [ "$1" -nt "$input" ] || return 1
  done
}
if up_to_date "$stamp"; then exit 0; fi
# Where everything was installed before, whoever only runs the gateway keeps it.
if [ -e "$ALL" ]; then stamp=$ALL; fi

# npm is chosen only together with a Node that it can run on.
if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1; then
  install=(npm ci --loglevel=error)
  only_runtime=--omit=dev
  # `npm ci` would take away what a gateway that was started a moment ago still reads. What is there came from this lock,
  # so the rest is added to it.
  if [ "$stamp" = "$ALL" ] && up_to_date "$RUNTIME"; then install=(npm install --no-save --loglevel=error); fi
elif command -v bun >/dev/null 2>&1; then
  # Bun reads package-lock.json; --no-save keeps it from writing a second lock file beside it.
  install=(bun install --frozen-lockfile --no-save)
  only_runtime=--production
else
  echo 'llm-proxy needs Node.js 20 or newer with npm (https://nodejs.org), or Bun 1.4 or newer (https://bun.com).' >&2
  exit 1
fi
if [ "$stamp" = "$RUNTIME" ]; then install+=("$only_runtime"); fi

echo "Installing dependencies (${install[0]}) ..." >&2
rm -f "$stamp"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "${install[@]}" >"$log" 2>&1; then
  cat "$log" >&2
  echo "\`${install[*]}\` failed; its output is above." >&2
  exit 1
fi

# The npm package `bun` fetches its program in an install script, which an npm that blocks such scripts has skipped.
if ! node_modules/.bin/bun --version >/dev/null 2>&1; then
  if command -v node >/dev/null 2>&1; then (cd node_modules/bun && node install.js) >"$log" 2>&1 || true; fi
  if ! node_modules/.bin/bun --version >/dev/null; then
    cat "$log" >&2
    echo 'Bun was installed but does not run: see node_modules/bun.' >&2
    exit 1
  fi
fi

# Last of all: a half-done install leaves no stamp. Everything holds what runs the gateway, too.
touch "$RUNTIME"
if [ "$stamp" = "$ALL" ]; then touch "$ALL"; fi
