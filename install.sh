#!/bin/sh
# Installs the executable of llm-proxy for this machine:
#
#   curl -fsSL https://raw.githubusercontent.com/llm-proxy/llm-proxy/main/install.sh | sh
#
# Environment variables:
#   LLM_PROXY_VERSION       the version, as 0.1.0 (the latest release)
#   LLM_PROXY_INSTALL_DIR   where to (/usr/local/bin as root, else ~/.local/bin)
#   LLM_PROXY_DOWNLOAD_URL  where from (https://github.com/llm-proxy/llm-proxy/releases)
#
# It needs curl or wget, and never asks for root. Everything is in functions, and the last line calls the first of them: a
# truncated download runs nothing.

llm_proxy_install() {
  set -eu
  umask 022
  releases=${LLM_PROXY_DOWNLOAD_URL:-https://github.com/llm-proxy/llm-proxy/releases}
  releases=${releases%/}
  version=${LLM_PROXY_VERSION:-}
  version=${version#v}
  case "$version" in
    *[!0-9A-Za-z.+-]*) fail "LLM_PROXY_VERSION is no version, such as 0.1.0: $version" ;;
    '') from="$releases/latest/download" ;;
    *) from="$releases/download/v$version" ;;
  esac

  target=$(find_target)
  folder=$(find_folder)
  work=$(mktemp -d "$folder/.llm-proxy.XXXXXX" 2>/dev/null) ||
    fail "$folder cannot be written to: name another folder in LLM_PROXY_INSTALL_DIR, or run this as its owner"
  # Beside where the executable goes, so that it is put in place in one step.
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  name="llm-proxy-$target"
  say "Downloading $name (${version:-latest release}) ..."
  download "$from/SHA256SUMS" "$work/SHA256SUMS"
  if [ -z "$version" ]; then
    version=$(find_version)
    # From here on it is one version, though another may be released meanwhile.
    if [ -n "$version" ]; then from="$releases/download/v$version"; fi
  fi
  verify_signature "$from" "$work" "$version"
  download "$from/$name.gz" "$work/$name.gz"
  verify_checksum "$work" "$name.gz"
  # Its words go to no file: the disk may be full.
  if ! words=$(gunzip "$work/$name.gz" 2>&1); then
    assert_room
    fail "$name.gz could not be unpacked: $words"
  fi
  chmod 755 "$work/$name"
  installed=$(try_executable "$work/$name" "$target")
  mv -f "$work/$name" "$folder/llm-proxy" || fail "$folder/llm-proxy could not be replaced"

  say "$installed is installed: $folder/llm-proxy"
  advise "$folder"
}

# advise FOLDER: how to call what was installed there.
advise() {
  command=$(shell_word "$1/llm-proxy")
  case ":$PATH:" in
    *":$1:"*)
      first=$(command -v llm-proxy || :)
      if [ "$first" = "$1/llm-proxy" ]; then
        command=llm-proxy
      else
        say "Another llm-proxy comes before it on your PATH: $first. Remove that one, or call this one by its path."
      fi
      ;;
    *)
      say "$1 is not on your PATH. To call it by its name, add this line to ~/.profile or your shell's file:"
      say "  export PATH=$(shell_word "$1"):\"\$PATH\""
      ;;
  esac
  say "Start it, with an embedded demo model: $command"
}

# shell_word TEXT: as a shell reads it, in quotes where it needs them.
shell_word() {
  case "$1" in
    *[!0-9A-Za-z/._+-]*) say "$1" | awk '{ gsub(/\047/, "\047\\\\\047\047"); print "\047" $0 "\047" }' ;;
    *) say "$1" ;;
  esac
}

say() {
  printf '%s\n' "$*"
}

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

last_line() {
  grep . "$1" | tail -n 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# The name of this machine's executable, as `linux-x64-musl`.
find_target() {
  others='Other ways to run it: https://github.com/llm-proxy/llm-proxy'
  system=$(uname -s)
  machine=$(uname -m)
  case "$system" in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    MINGW* | MSYS* | CYGWIN*)
      fail "this is for Linux and macOS. On Windows: npx @llm-proxy/cli, or llm-proxy-windows-x64.exe of a release"
      ;;
    *) fail "there is no executable for $system. $others" ;;
  esac
  case "$machine" in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) fail "there is no executable for $system on $machine. $others" ;;
  esac
  # Under Rosetta a Mac with Apple silicon says that it is an Intel.
  if [ "$system-$machine" = darwin-x64 ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then
    machine=arm64
  fi
  say "$system-$machine$(find_libc "$system" "$machine")"
}

# `-musl` where programs are linked with it; nothing for glibc, and on macOS.
find_libc() {
  [ "$1" = linux ] || return 0
  case "$2" in
    x64) glibc=/lib64/ld-linux-x86-64.so.2 musl=/lib/ld-musl-x86_64.so.1 ;;
    arm64) glibc=/lib/ld-linux-aarch64.so.1 musl=/lib/ld-musl-aarch64.so.1 ;;
  esac
  if [ -e "$musl" ]; then
    # Where both are there, what this machine's own programs take.
    if [ ! -e "$glibc" ] || ldd /bin/sh 2>/dev/null | grep -q musl; then say -musl; fi
  elif [ ! -e "$glibc" ]; then
    fail "this system has neither glibc ($glibc) nor musl ($musl), and the executable needs one of them"
  fi
}

# The folder to install to, made if it is not there.
find_folder() {
  folder=${LLM_PROXY_INSTALL_DIR:-}
  if [ -z "$folder" ]; then
    if [ "$(id -u)" = 0 ]; then
      folder=/usr/local/bin
    else
      folder=${HOME:?there is no HOME: name a folder in LLM_PROXY_INSTALL_DIR}/.local/bin
    fi
  fi
  mkdir -p "$folder" 2>/dev/null ||
    fail "$folder cannot be made: name another folder in LLM_PROXY_INSTALL_DIR, or run this as one who may"
  [ ! -d "$folder/llm-proxy" ] || fail "$folder/llm-proxy is a folder, and the executable cannot take its place"
  (cd "$folder" && pwd)
}

# download URL FILE. What begins encrypted stays so, wherever it is sent on to. Leaves the headers of all answers.
download() {
  : >"$work/headers"
  if has curl; then
    case "$1" in https:*) allowed='=https' ;; *) allowed='=http,https' ;; esac
    curl --fail --silent --show-error --location --proto "$allowed" --retry 2 --dump-header "$work/headers" \
      --output "$2" "$1" 2>"$work/errors" && return 0
  elif has wget; then
    # It follows from https to http, and only that of GNU can be told to follow nothing; so its log is read.
    if wget -S -O "$2" "$1" 2>"$work/errors"; then
      cat "$work/errors" >"$work/headers"
      case "$1" in https:*) assert_encrypted "$1" ;; esac
      return 0
    fi
  else
    fail 'this needs curl or wget to download: install one of them'
  fi
  reason=$(last_line "$work/errors")
  assert_room
  fail "$1 could not be downloaded: ${reason:-no reason was given}. Is there such a version, and is the network there?"
}

# Where the last download was sent on to, one a line.
list_redirects() {
  awk '{ sub(/\r$/, "") } tolower($0) ~ /^[ \t]*location:/ { sub(/^[^:]*:[ \t]*/, ""); print }' "$work/headers"
}

# assert_encrypted URL: wget has verified whom it talked to, and went nowhere without.
assert_encrypted() {
  if grep -qi 'certificate validation not implemented' "$work/headers"; then
    fail "this wget does not verify certificates: install curl. Nothing was installed"
  fi
  grep -q '^ *HTTP/' "$work/headers" || fail "this wget does not tell where it was sent on to: install curl"
  insecure=$(list_redirects | awk '!/^(https:\/)?\// { print; exit }')
  [ -z "$insecure" ] || fail "$1 leads to $insecure, which is not encrypted. Nothing was installed"
}

# The version that `latest` led to; nothing if it led nowhere, as at a mirror that has only one.
find_version() {
  list_redirects | awk 'match($0, /\/download\/v[0-9][0-9A-Za-z.+-]*\//) { print substr($0, RSTART + 11, RLENGTH - 12); exit }'
}

# After a failure: whether that was for want of room.
assert_room() {
  free=$(df -Pk "$work" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
  if [ "${free:-200}" -lt 200 ]; then fail "$folder has too little room: 200 MB are needed, $free MB are left"; fi
}

# verify_checksum FOLDER FILE
verify_checksum() {
  expected=$(awk -v file="$2" '$2 == file { print $1 }' "$1/SHA256SUMS")
  [ -n "$expected" ] || fail "SHA256SUMS of this release does not name $2"
  if has sha256sum; then
    actual=$(sha256sum "$1/$2")
  elif has shasum; then
    actual=$(shasum -a 256 "$1/$2")
  elif has openssl; then
    actual=$(openssl dgst -sha256 -r "$1/$2")
  else
    fail 'this needs sha256sum, shasum or openssl to check the download: install one of them'
  fi
  actual=${actual%% *}
  [ "$actual" = "$expected" ] ||
    fail "$2 is not the released file: its SHA-256 is $actual, SHA256SUMS says $expected. Nothing was installed; try again"
}

# verify_signature URL FOLDER VERSION: SHA256SUMS was signed by the release workflow for this version, if there is cosign.
verify_signature() {
  if ! has cosign; then return 0; fi
  # Without it an older release, with a fault that is mended since, would pass for the latest.
  [ -n "$3" ] || fail "$1 does not lead to a version, which cosign has to know: name it in LLM_PROXY_VERSION"
  download "$1/SHA256SUMS.sigstore.json" "$2/SHA256SUMS.sigstore.json"
  cosign verify-blob "$2/SHA256SUMS" --bundle "$2/SHA256SUMS.sigstore.json" \
    --certificate-identity "https://github.com/llm-proxy/llm-proxy/.github/workflows/release.yml@refs/tags/v$3" \
    --certificate-oidc-issuer https://token.actions.githubusercontent.com >"$2/errors" 2>&1 ||
    fail "SHA256SUMS is not signed by the release workflow for v$3: $(last_line "$2/errors"). Nothing was installed"
  say 'The signature of the checksums is good.'
}

# try_executable FILE TARGET: what it says it is.
try_executable() {
  status=0
  "$1" --version >"$work/version" 2>"$work/errors" || status=$?
  if [ "$status" = 0 ]; then
    say "llm-proxy $(cat "$work/version")"
    return 0
  fi
  reason=$(last_line "$work/errors")
  # Who crashes says nothing; shells give 128 and the number of the signal.
  if [ -z "$reason" ] && [ "$status" -gt 128 ]; then reason="it was ended by signal $((status - 128))"; fi
  case "$2" in
    *-musl) hint=' On Alpine Linux it needs libstdc++: apk add libstdc++' ;;
    *) hint= ;;
  esac
  fail "the executable does not run here: ${reason:-it ended with exit code $status}.$hint Nothing was installed"
}

llm_proxy_install
