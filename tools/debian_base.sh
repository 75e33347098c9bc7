#!/usr/bin/env bash
# Makes a root file system of Debian 12 with its security updates, in which the image can be built without a registry, and prints the
# path of its tar. It is kept for a week in ${XDG_CACHE_HOME:-~/.cache}/droveway. Needs root. Environment: DEBIAN_MIRROR
# (http://deb.debian.org).
set -euo pipefail
mirror=${DEBIAN_MIRROR:-http://deb.debian.org}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/droveway
base=$cache/bookworm-$(dpkg --print-architecture)-$(date -u +%G-W%V).tar

mkdir -p "$cache"
exec 9>"$cache/bookworm.lock"
flock 9
if [ ! -s "$base" ]; then
  rm -f "$cache"/bookworm-*.tar
  mmdebstrap --quiet --variant=minbase bookworm "$base.new.tar" "deb $mirror/debian bookworm main" \
    "deb $mirror/debian bookworm-updates main" "deb $mirror/debian-security bookworm-security main" >"$base.log" 2>&1 ||
    { tail -n 20 "$base.log" >&2; echo "debian_base: mmdebstrap could not make a Debian from $mirror" >&2; exit 1; }
  rm -f "$base.log"
  mv "$base.new.tar" "$base"
fi
echo "$base"
