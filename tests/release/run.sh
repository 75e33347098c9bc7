#!/usr/bin/env bash
# Tries what a release made, as far as it is in a folder: run.sh FOLDER. Needs root.
set -euo pipefail
folder=$(realpath "${1:?usage: run.sh FOLDER}")
cd "$(dirname "$0")/../.."
. release/lib.sh
version=$(version)
tests/release/files.py "$folder" "$version"
if compgen -G "$folder/*.deb" >/dev/null; then
  [ -s "$folder/droveway_$version-1_$(dpkg --print-architecture).deb" ] || die "the Debian package is not version $version-1"
  tests/release/deb.sh "$folder"
fi
if [ -s "$folder/droveway-$version-linux-$(dpkg --print-architecture).tar.gz" ]; then tests/release/portable.sh "$folder"; fi
