#!/usr/bin/env bash
# Checks that the version is the same everywhere, and that tools/set_version.sh notices each place where it is not, and sets all.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools/set_version.sh --check
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-version.XXXXXX")
trap 'rm -rf "$work"' EXIT
git clone -q --no-hardlinks . "$work/tree"
# What is not committed counts, too.
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from - --ignore-failed-read 2>/dev/null | tar --extract --directory "$work/tree"
cd "$work/tree"
bad() {
  echo "version: $1" >&2
  exit 1
}
version=$(sed -n 's/^VERSION := //p' Makefile)
tools/set_version.sh 97.98.99 >/dev/null
sed -i "s/^## $version (unreleased)/## 97.98.99 (2026-12-31)/" CHANGELOG.md
tools/set_version.sh --check >/dev/null || bad "set_version.sh X.Y.Z did not set every place"
notes=$(release/changelog.sh 97.98.99)
[ -n "$notes" ] || bad 'the section of the changelog is not found'
! grep -q '^## ' <<<"$notes" || bad 'the notes contain another section'
! grep -qE '\]\([a-zA-Z]+/' <<<"$notes" || bad 'the notes contain a relative link'
places=0
while IFS=: read -r file line _; do
  cp "$file" "$work/kept"
  sed -i "${line}s/97\.98\.99/97.98.98/" "$file"
  if tools/set_version.sh --check >/dev/null 2>&1; then bad "set_version.sh --check does not notice another version in $file:$line"; fi
  cp "$work/kept" "$file"
  places=$((places + 1))
done < <(git grep -nF 97.98.99 -- ':!tests/release')
[ "$places" -ge 20 ] || bad "only $places places"
for wrong in '' 1 1.2 01.2.3 v1.2.3 1.2.3-rc1; do
  if tools/set_version.sh "$wrong" >/dev/null 2>&1; then bad "set_version.sh accepts \"$wrong\""; fi
done
echo "version: $places places checked"
