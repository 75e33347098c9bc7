#!/usr/bin/env bash
# Sets the version everywhere, or checks that it is the same everywhere. The one in the Makefile counts.
#   tools/set_version.sh X.Y.Z     sets it, and the date of the man page to today
#   tools/set_version.sh --check   lists the places that differ from the Makefile, and fails if there are any
set -euo pipefail
cd "$(dirname "$0")/.."
number='(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)'

# Where versions are: files (patterns of git ls-files), and what is before the number in a line. Other numbers in these files are
# versions of something else, such as CNI. The bundle and the manifest of krew get theirs from the Makefile when they are made.
places=(
  'Makefile|^VERSION := '
  'include/droveway/error.h|^#define DROVEWAY_VERSION "'
  'charts/*/Chart.yaml|^(version|appVersion): "?'
  'bundle/*.yaml integrations/krew/*.yaml|^ *version: "?v?|droveway\.v|droveway[:-]v?'
  'docs/droveway.1|^\.Os Droveway '
  '*.md integrations/* manifests/* examples/* charts/* .github/*|droveway[:_-]v?|newTag: |rev: v|ref=v'
)
# each COMMAND...: calls it with the pattern of each place and its files.
each() {
  local place files
  for place in "${places[@]}"; do
    read -ra files <<<"${place%%|*}"
    mapfile -t files < <(git ls-files --cached --others --exclude-standard -- "${files[@]}")
    [ ${#files[@]} -eq 0 ] || "$@" "(${place#*|})" "${files[@]}"
  done
}

version=$(sed -nE "s/^VERSION := ($number)$/\1/p" Makefile)
[ -n "$version" ] || { echo 'set_version: Makefile has no line VERSION := X.Y.Z' >&2; exit 2; }

# different PATTERN FILE...: prints the lines in which another version follows the pattern.
different() {
  perl -ne 'BEGIN {($pattern, $number, $version) = splice @ARGV, 0, 3}
    print "$ARGV:$.: $_" if /(?:$pattern)($number)(?![0-9]|\.[0-9])/ && $+{version} ne $version; close ARGV if eof' "$1" "(?<version>$number)" "$version" "${@:2}"
}
check() {
  local found major minor patch
  IFS=. read -r major minor patch <<<"$version"
  found=$(each different
    for part in "MAJOR $major" "MINOR $minor" "PATCH $patch"; do
      grep -qx "#define DROVEWAY_VERSION_$part" include/droveway/error.h || echo "include/droveway/error.h: DROVEWAY_VERSION_${part% *} is not ${part#* }"
    done
    grep -m1 '^## ' CHANGELOG.md | grep -qE "^## ${version//./\\.} \((unreleased|[0-9]{4}-[0-9]{2}-[0-9]{2})\)$" ||
      echo "CHANGELOG.md: the first section is not \"## $version (unreleased)\" or \"## $version (YYYY-MM-DD)\"")
  [ -z "$found" ] || { printf 'set_version: the Makefile says %s, but:\n%s\n' "$version" "$found" >&2; exit 1; }
  echo "version $version everywhere"
}

new=${1:-}
case $new in --check) check; exit ;; esac
[[ $new =~ ^$number$ ]] || { echo 'usage: tools/set_version.sh X.Y.Z, or tools/set_version.sh --check' >&2; exit 2; }
IFS=. read -r major minor patch <<<"$new"
# replace PATTERN FILE...: sets the version where it follows the pattern.
replace() {
  perl -pi -e 'BEGIN {($pattern, $old, $new) = splice @ARGV, 0, 3} s/($pattern)\Q$old\E(?![0-9]|\.[0-9])/$1$new/g' "$1" "$version" "$new" "${@:2}"
}
each replace
sed -i -E -e "s/^(#define DROVEWAY_VERSION_MAJOR) .*/\1 $major/" -e "s/^(#define DROVEWAY_VERSION_MINOR) .*/\1 $minor/" \
  -e "s/^(#define DROVEWAY_VERSION_PATCH) .*/\1 $patch/" include/droveway/error.h
sed -i "s/^\.Dd .*/.Dd $(LC_ALL=C date '+%B %-d, %Y')/" tools/man.sh
echo "version $new instead of $version; now write its section in CHANGELOG.md and run \`make docs\`"
