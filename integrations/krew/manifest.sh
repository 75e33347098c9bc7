#!/usr/bin/env bash
# Prints the manifest of the krew plugin for a release: manifest.sh BASE_URL AMD64_ARCHIVE ARM64_ARCHIVE. The archives are the files
# that are published below BASE_URL with the same names.
set -euo pipefail
[ $# -eq 3 ] || { echo 'usage: integrations/krew/manifest.sh BASE_URL AMD64_ARCHIVE ARM64_ARCHIVE' >&2; exit 2; }
here=$(dirname "$0")
version=$(sed -n 's/^VERSION *:= *//p' "$here/../../Makefile")
for archive in "$2" "$3"; do
  [ -f "$archive" ] || { echo "krew: the archive $archive does not exist; integrations/krew/archive.sh makes it" >&2; exit 1; }
done
digest() { sha256sum "$1" | cut -d' ' -f1; }
sed -e '/^#/d' -e "s|@VERSION@|$version|" \
  -e "s|@URL_AMD64@|$1/${2##*/}|; s|@SHA256_AMD64@|$(digest "$2")|" \
  -e "s|@URL_ARM64@|$1/${3##*/}|; s|@SHA256_ARM64@|$(digest "$3")|" "$here/droveway.yaml"
