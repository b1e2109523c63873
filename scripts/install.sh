#!/usr/bin/env bash
# Installs exactly what package-lock.json says, with npm or, where there is none, with Bun. Silent unless it fails.
set -euo pipefail
cd "$(dirname "$0")/.."

# Two makes at once in one tree: the second waits for the first and then finds the work done. (macOS has no flock.)
if command -v flock >/dev/null 2>&1; then
  exec 9<package-lock.json
  flock 9
fi
up_to_date() {
  local input
  for input in package.json package-lock.json scripts/install.sh; do
    [ node_modules/.installed -nt "$input" ] || return 1
  done
}
if up_to_date; then exit 0; fi

# npm is chosen only together with a Node that it can run on.
if command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1; then
  install=(npm ci --loglevel=error)
elif command -v bun >/dev/null 2>&1; then
  # Bun reads package-lock.json; --no-save keeps it from writing a second lock file beside it.
  install=(bun install --frozen-lockfile --no-save)
else
  echo 'llm-proxy needs Node.js 20 or newer with npm (https://nodejs.org), or Bun 1.4 or newer (https://bun.com).' >&2
  exit 1
fi

echo "Installing dependencies (${install[0]}) ..." >&2
rm -f node_modules/.installed
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

touch node_modules/.installed
