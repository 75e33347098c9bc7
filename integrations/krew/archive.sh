#!/usr/bin/env bash
# Packs the archive of one platform for krew: archive.sh TREE ARCHIVE. TREE contains bin/droveway, and what it needs relative to it.
# The same tree always gives the same archive; its times are SOURCE_DATE_EPOCH, by default that of the commit.
set -euo pipefail
[ $# -eq 2 ] || { echo 'usage: integrations/krew/archive.sh TREE ARCHIVE' >&2; exit 2; }
here=$(dirname "$0")
[ -x "$1/bin/droveway" ] || { echo "krew: $1/bin/droveway is missing or not executable" >&2; exit 1; }
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct)}
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-krew.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp -RL "$1/." "$work/"
cp "$here/../../LICENSE" "$work/"
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$epoch" --directory "$work" . | gzip -9n >"$2"
