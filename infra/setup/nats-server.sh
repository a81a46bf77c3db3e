#!/usr/bin/env bash
# Prints the path of a recent nats-server, and obtains one if there is none: the machine's own Debian mirror is asked,
# with its signatures checked, without touching the system's apt configuration and without root.
#   nats-server.sh [--present] [DIRECTORY]
# DIRECTORY is where to keep it, .cache/nats by default; --present only looks and fetches nothing.
# NATS_SERVER_BIN names one you already have. Progress and errors go to stderr.
set -euo pipefail
MINIMUM=2.12.0
PRESENT=no
if [ "${1:-}" = --present ]; then PRESENT=yes; shift; fi
DEST=${1:-.cache/nats}

recent() {
  local version
  version=$("$1" --version 2>/dev/null | sed 's/.*v//') || return 1
  [ -n "$version" ] && [ "$(printf '%s\n%s\n' "$MINIMUM" "$version" | sort -V | head -n 1)" = "$MINIMUM" ]
}

cure() {
  echo "no nats-server of version $MINIMUM or newer, and none could be obtained here: $1" >&2
  echo "cure: install one from https://github.com/nats-io/nats-server/releases and put it on the PATH," >&2
  echo "or set NATS_SERVER_BIN to its path." >&2
  exit 1
}

if [ -n "${NATS_SERVER_BIN:-}" ]; then
  if [ -x "$NATS_SERVER_BIN" ] && recent "$NATS_SERVER_BIN"; then echo "$NATS_SERVER_BIN"; exit 0; fi
  echo "NATS_SERVER_BIN=$NATS_SERVER_BIN is not a nats-server of version $MINIMUM or newer" >&2
  exit 1
fi
for candidate in "$DEST/nats-server" "$(command -v nats-server || true)" /usr/sbin/nats-server; do
  if [ -n "$candidate" ] && [ -x "$candidate" ] && recent "$candidate"; then echo "$candidate"; exit 0; fi
done

if [ $PRESENT = yes ]; then exit 1; fi

case "$(uname -s)" in
  Linux) ;;
  Darwin) cure "on macOS, run: brew install nats-server" ;;
  *) cure "$(uname -s) is not supported" ;;
esac
for tool in apt-get dpkg; do command -v "$tool" >/dev/null || cure "this system has no $tool"; done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || cure "$keyring is missing (package debian-archive-keyring)"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1 || true)
[ -n "$mirror" ] || cure "apt knows no Debian mirror"

mkdir -p "$DEST" || cure "cannot write to $DEST"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial,preferences}
: > "$work/status"
chmod 755 "$work"
arch=$(dpkg --print-architecture)
last='the mirror answered nothing'
for suite in trixie-backports forky sid; do
  echo "deb [arch=$arch signed-by=$keyring] $mirror $suite main" > "$work/sources.list"
  options=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- -o Dir::Etc::preferences=-
    -o Dir::Etc::preferencesparts="$work/preferences" -o Dir::State="$work" -o Dir::State::lists="$work/lists"
    -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" -o APT::Get::List-Cleanup=1
    -o Acquire::Languages=none -o Acquire::http::Timeout=20 -o Acquire::Retries=2 -o Debug::NoLocking=1)
  if [ "$(id -u)" = 0 ]; then options+=(-o APT::Sandbox::User=root); fi
  if ! apt-get "${options[@]}" -qq update >"$work/log" 2>&1; then last=$(tail -n 1 "$work/log"); continue; fi
  if ! (cd "$work" && apt-get "${options[@]}" -qq download nats-server) >"$work/log" 2>&1; then
    last=$(tail -n 1 "$work/log"); continue
  fi
  rm -rf "$work/package"
  if ! dpkg -x "$work"/nats-server_*.deb "$work/package" 2>"$work/log"; then last=$(tail -n 1 "$work/log"); continue; fi
  if recent "$work/package/usr/sbin/nats-server"; then
    # Written beside and renamed, so that another launch never sees half a file.
    install -m 755 "$work/package/usr/sbin/nats-server" "$DEST/nats-server.$$" || cure "cannot write to $DEST"
    mv "$DEST/nats-server.$$" "$DEST/nats-server"
    echo "$DEST/nats-server"
    exit 0
  fi
  rm -f "$work"/nats-server_*.deb
  last="$suite has an older one"
done
cure "$last"
