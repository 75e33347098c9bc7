#!/usr/bin/env bash
# Writes what is inside the images, the portable archives and the Debian packages of a folder, as SPDX and CycloneDX: sbom.sh FOLDER
# A portable archive contains the files of the image of its architecture, so its packages are the image's.
set -euo pipefail
cd "$(dirname "$0")/.."
. release/lib.sh
folder=$(realpath "${1:?usage: sbom.sh FOLDER}")
version=$(version)
syft=$(release/tools/assets.sh syft)/syft
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-sbom.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
export SYFT_CHECK_FOR_APP_UPDATE=false

# list SOURCE NAME FILE: writes FILE.spdx.json and FILE.cdx.json.
list() {
  "$syft" scan --quiet --source-name "$2" --source-version "$version" -o "spdx-json=$3.spdx.json" -o "cyclonedx-json=$3.cdx.json" "$1" </dev/null >&2
  release/sbom.py "$3.spdx.json" "$3.cdx.json"
}
layout=$folder/droveway-$version-oci.tar
if [ -s "$layout" ]; then
  while read -r arch _; do
    mkdir "$work/$arch"
    release/oci.py extract "$layout" "$arch" "$work/$arch"
    list "dir:$work/$arch" droveway "$folder/droveway-$version-image-$arch"
    portable=$folder/droveway-$version-linux-$arch
    [ ! -s "$portable.tar.gz" ] || list "dir:$work/$arch" "droveway-$version-linux-$arch" "$portable"
  done < <(release/oci.py list "$layout")
fi
for package in "$folder"/*.deb; do
  [ ! -s "$package" ] || list "file:$package" "$(basename "$package" | cut -d_ -f1)" "${package%.deb}"
done
