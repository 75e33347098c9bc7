#!/usr/bin/env bash
# Makes the files of a release from the commit that is checked out: release.sh [PART...]; `make release` calls it. As root, on Debian 12.
# The parts, in this order (default: all): source deb images portable krew chart bundle sbom notes. Then it adds SHA256SUMS and the provenance.
# docs/release.md describes the files. It refuses changed files, and a commit without the tag of its version.
#
# Environment: RELEASE (folder for the result, build/release), RELEASE_UNTAGGED=1 (try it on any commit, which is not a release),
# ARCHITECTURES ("amd64 arm64 s390x"), BUILDER_ID and INVOCATION_ID (for the provenance), DEBIAN_MIRROR, SOURCE_URL.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
. release/lib.sh
all=(source deb images portable krew chart bundle sbom notes)
[ $# -gt 0 ] || set -- "${all[@]}"
for part in "$@"; do [[ " ${all[*]} " = *" $part "* ]] || die "unknown part \"$part\"; use ${all[*]}"; done
wanted() { [[ " $parts " = *" $1 "* ]]; }
parts=$*

# --- what may be released ---

changed=$(git status --porcelain)
[ -z "$changed" ] || die "the tree has changes, which would not be in the release; commit or stash them:
$(head -n 10 <<<"$changed")"
tools/set_version.sh --check >&2
version=$(version)
tags=$(git tag --points-at HEAD --list 'v*')
if [ -z "${RELEASE_UNTAGGED:-}" ]; then
  [ -n "$tags" ] || die "this commit has no tag; check out v$version, or set RELEASE_UNTAGGED=1 to try a release"
  [ "$tags" = "v$version" ] || die "the tag is \"${tags//$'\n'/ }\", but the version in the Makefile is $version; tag the commit v$version"
  ! grep -qF "## $version (unreleased)" CHANGELOG.md || die "CHANGELOG.md: version $version is still \"(unreleased)\"; write its date"
fi

# --- a copy of the commit ---

umask 022
folder=$(realpath -m "${RELEASE:-build/release}")
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-release.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
rm -rf "$folder"
mkdir -p "$folder" "$work/tree"
git archive --format=tar HEAD | tar --extract --directory "$work/tree"
REVISION=$(git rev-parse HEAD)
SOURCE_URL=${SOURCE_URL:-https://github.com/droveway/droveway}
export REVISION SOURCE_URL
cd "$work/tree"
read -ra architectures <<<"${ARCHITECTURES:-amd64 arm64 s390x}"
step() { printf 'release: %s\n' "$1" >&2; }
name=droveway-$version

if wanted source; then
  step 'the source'
  release/portable/archive.sh . "$folder/$name.tar.gz" "$name"
fi
if wanted deb; then
  step 'Debian packages'
  release/deb.sh "$folder"
fi
if wanted images; then
  step 'images'
  [ -x tools/images.sh ] || die 'the part images needs tools/images.sh, which this commit does not have; name other parts in PARTS'
  VERSION=$version ARCHITECTURES="${architectures[*]}" tools/images.sh "$folder/$name-oci.tar" >&2
fi
layout=$folder/$name-oci.tar
if wanted portable || wanted krew; then
  [ -s "$layout" ] || die 'the parts portable and krew are made from the part images'
  for arch in "${architectures[@]}"; do
    step "the portable command, $arch"
    release/portable/tree.sh "$layout" "$arch" "$work/portable-$arch"
    ! wanted portable || release/portable/archive.sh "$work/portable-$arch" "$folder/$name-linux-$arch.tar.gz" "$name-linux-$arch"
    ! wanted krew || integrations/krew/archive.sh "$work/portable-$arch" "$folder/droveway-krew-$version-linux-$arch.tar.gz"
  done
fi
if wanted krew; then
  integrations/krew/manifest.sh "https://github.com/droveway/droveway/releases/download/v$version" \
    "$folder/droveway-krew-$version-linux-amd64.tar.gz" "$folder/droveway-krew-$version-linux-arm64.tar.gz" >"$folder/krew-droveway.yaml"
fi
digest=''
[ ! -s "$layout" ] || digest=$(release/oci.py list "$layout" | awk '{print $3; exit}')
if wanted chart; then
  step 'the Helm chart'
  release/chart.sh "$folder"
fi
if wanted bundle; then
  step 'the OLM bundle'
  [[ $digest = sha256:* ]] || die 'the part bundle names the images of the part images by digest'
  IMAGE="ghcr.io/droveway/droveway@$digest" bundle/generate.sh "$work/bundle" >&2
  release/portable/archive.sh "$work/bundle" "$folder/droveway-bundle-$version.tar.gz" "droveway-bundle-$version"
fi
if wanted sbom; then
  step 'the lists of what is inside (SBOM)'
  release/sbom.sh "$folder"
fi
! wanted notes || release/changelog.sh "$version" >"$folder/release-notes.md"

# --- checksums and provenance ---

cd "$folder"
materials=()
for list in .packages-*; do [ ! -e "$list" ] || materials+=("$list"); done
find . -maxdepth 1 -type f ! -name '.*' -printf '%f\0' | LC_ALL=C sort -z | xargs -0r sha256sum >"$work/sums"
install -m 644 "$work/sums" SHA256SUMS
"$work/tree/release/provenance.py" --version "$version" --revision "$REVISION" --source "$SOURCE_URL" --parts "$parts" \
  --tree "$work/tree" "${materials[@]}" <SHA256SUMS >"$name.provenance.json"
rm -f "${materials[@]}"
cd "$top"
step "$(find "$folder" -type f | wc -l) files in $folder"
