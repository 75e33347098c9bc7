#!/usr/bin/env bash
# Checks the tar that tools/images.sh wrote: that it is an OCI layout whose parts have the digests they are named by, that its index names
# the right platforms, and that the program of each image runs, under qemu-user if it is for another architecture. Then skopeo and podman
# read it. Needs root.
#
#   tests/image/all.sh FILE.tar   (make images-test)
#
# Environment: ARCHITECTURES ("amd64 arm64 s390x"); IMAGES_TWICE=1 builds all again, and compares the bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."

die() {
  printf 'images-test: %s\n' "$1" >&2
  exit 1
}
file=$(realpath "${1:?usage: tests/image/all.sh FILE.tar}")
[ -s "$file" ] || die "$file is missing; \"make images\" builds it"
read -ra architectures <<<"${ARCHITECTURES:-amd64 arm64 s390x}"
native=$(dpkg --print-architecture)
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-images-test.XXXXXX")
# shellcheck source=tools/container_storage.sh
. tools/container_storage.sh
make_storage "$work"
trap 'remove_storage "$work"' EXIT

checks=0
# expect WHAT ACTUAL EXPECTED: compares two texts.
expect() {
  [ "$2" = "$3" ] || die "$1: \"$2\", not \"$3\""
  checks=$((checks + 1))
  printf 'ok   %s: %s\n' "$1" "$2"
}

# --- the layout ---

mkdir "$work/layout"
tar --extract --file "$file" --directory "$work/layout"
cd "$work/layout"
expect 'layout version' "$(jq -r .imageLayoutVersion oci-layout)" 1.0.0
expect 'blobs with another content than their name says' \
  "$(cd blobs/sha256; for blob in *; do echo "$blob  $blob"; done | { sha256sum --check --quiet 2>&1 || true; })" ''
blob() { echo "blobs/${1/:/\/}"; }
version=$(jq -r '.manifests[0].annotations."org.opencontainers.image.ref.name"' index.json)
index=$(blob "$(jq -r '.manifests[0].digest' index.json)")
expect 'entries of index.json' "$(jq '.manifests | length' index.json)" 1
expect 'type of the index' "$(jq -r .mediaType "$index")" application/vnd.oci.image.index.v1+json
expect 'platforms of the index' "$(jq -r '[.manifests[].platform | "\(.os)/\(.architecture)"] | join(" ")' "$index")" \
  "$(printf 'linux/%s ' "${architectures[@]}" | sed 's/ $//')"
expect 'version in the annotations' "$(jq -r '.annotations."org.opencontainers.image.version"' "$index")" "$version"
expect 'owners and times in the tar' "$(tar --list --verbose --numeric-owner --full-time --file "$file" | awk '{print $2, $4, $5}' | sort -u | wc -l)" 1

declare -A machines=([amd64]='Advanced Micro Devices X86-64' [arm64]=AArch64 [s390x]='IBM S/390')
declare -A emulators=([amd64]=qemu-x86_64-static [arm64]=qemu-aarch64-static [s390x]=qemu-s390x-static)
for architecture in "${architectures[@]}"; do
  manifest=$(blob "$(jq -r --arg wanted "$architecture" '.manifests[] | select(.platform.architecture == $wanted).digest' "$index")")
  config=$(blob "$(jq -r .config.digest "$manifest")")
  expect "$architecture: configuration" "$(jq -r '"\(.os)/\(.architecture) \(.config.User) \(.config.Entrypoint[0])"' "$config")" \
    "linux/$architecture 65532:65532 /usr/bin/droveway"
  root=$work/$architecture
  mkdir "$root"
  while read -r layer; do tar --extract --gzip --file "$(blob "$layer")" --directory "$root"; done < <(jq -r '.layers[].digest' "$manifest")
  found=$(find "$root" -type f \( -name droveway -o -name '*.so' -o -name '*.so.*' \) -exec readelf -h {} + | sed -n 's/^ *Machine: *//p' | sort -u)
  expect "$architecture: machine of the program and all libraries" "$found" "${machines[$architecture]}"
  run=("${emulators[$architecture]}" -L "$root")
  if [ "$architecture" = "$native" ]; then run=(chroot "$root"); fi
  program=/usr/bin/droveway
  if [ "$architecture" != "$native" ]; then program=$root$program; fi
  expect "$architecture: version" "$("${run[@]}" "$program" version | head -n 1)" "droveway $version"
  status=0
  "${run[@]}" "$program" check - --no-snippets <"$OLDPWD/demo/manifests/five-mistakes.yaml" >"$work/$architecture.check" || status=$?
  expect "$architecture: check of a bad manifest: exit status" "$status" 1
  cmp "$work/${architectures[0]}.check" "$work/$architecture.check" || die "$architecture: check reports something else than ${architectures[0]}"
done
cd "$OLDPWD"

# --- tools that read it ---

skopeo copy --quiet --all "oci-archive:$file:$version" "oci:$work/copy:$version"
expect 'platforms after skopeo copy --all' "$(skopeo inspect --raw "oci:$work/copy:$version" | jq '.manifests | length')" "${#architectures[@]}"
podman=(podman --events-backend none --tmpdir "$work/tmp")
if [[ " ${architectures[*]} " = *" $native "* ]]; then
  loaded=$("${podman[@]}" pull --quiet "oci-archive:$file:$version")
  expect 'architecture that podman loads' "$("${podman[@]}" image inspect --format '{{.Architecture}}' "$loaded")" "$native"
fi

if [ -n "${IMAGES_TWICE:-}" ]; then
  tools/images.sh "$work/again.tar"
  cmp "$file" "$work/again.tar" || die 'a second build has other bytes'
  expect 'a second build' 'has the same bytes' 'has the same bytes'
fi
echo "images-test: $checks checks passed"
