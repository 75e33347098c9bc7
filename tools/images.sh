#!/usr/bin/env bash
# Builds the images of all architectures and writes them to one tar: an OCI image layout with one image index. Compilers run on this
# machine's architecture, so nothing is emulated. The same tree and the same Debian packages always give the same bytes. Needs root.
#
#   tools/images.sh FILE.tar   (make images)
#
# Environment: ARCHITECTURES ("amd64 arm64 s390x"); VERSION, REVISION, SOURCE_URL (labels) and SOURCE_DATE_EPOCH (time), as for
# tools/image.sh; BASE (an image to build in; default: Debian 12 from DEBIAN_MIRROR, without a registry); STORAGE_DRIVER (overlay, or vfs
# if overlay does not work).
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  printf 'images: %s\n' "$1" >&2
  exit 1
}
[ $# -eq 1 ] || die 'usage: tools/images.sh FILE.tar'
[ "$(id -u)" -eq 0 ] || die 'must run as root, because it creates a root file system'
for tool in mmdebstrap buildah podman jq; do
  command -v "$tool" >/dev/null || die "$tool is missing; tools/deps.sh image installs it"
done
output=$(realpath -m "$1")
read -ra architectures <<<"${ARCHITECTURES:-amd64 arm64 s390x}"
for architecture in "${architectures[@]}"; do
  case $architecture in amd64 | arm64 | s390x) ;; *) die "unknown architecture \"$architecture\" in ARCHITECTURES; use amd64, arm64, s390x" ;; esac
done

in_git() { git rev-parse --is-inside-work-tree >/dev/null 2>&1; }
export VERSION=${VERSION:-$(sed -n 's/^VERSION *:= *//p' Makefile)}
if [ -z "${SOURCE_DATE_EPOCH:-}" ] && in_git; then SOURCE_DATE_EPOCH=$(git log -1 --format=%ct); fi
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date +%s)}
[[ $SOURCE_DATE_EPOCH =~ ^[0-9]+$ ]] || die "invalid SOURCE_DATE_EPOCH \"$SOURCE_DATE_EPOCH\"; use a number of seconds"

work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-images.XXXXXX")
# shellcheck source=tools/container_storage.sh
. tools/container_storage.sh
make_storage "$work"
trap 'remove_storage "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "${BASE:-}" ]; then
  tar=$(tools/debian_base.sh)
  BASE=localhost/debian:bookworm-slim
  podman --events-backend none --tmpdir "$work/tmp" import -q -c 'CMD ["bash"]' "$tar" "$BASE" >/dev/null
fi
export BASE

# --- the images ---

layout=$work/layout
for architecture in "${architectures[@]}"; do
  begin=$SECONDS image=localhost/droveway:$VERSION-$architecture
  ENGINE=buildah IMAGE=$image PLATFORM=linux/$architecture BUILD_OPTIONS='--isolation chroot --pull-never --layers' tools/image.sh >"$work/log" 2>&1 ||
    { tail -n 40 "$work/log" >&2; die "the image for $architecture could not be built"; }
  buildah push --quiet --format oci "$image" "oci:$layout:$architecture"
  printf 'images: %s built in %d s\n' "$architecture" $((SECONDS - begin))
done

# --- the index ---

# blob DIGEST: the path of a blob of the layout.
blob() { printf '%s/blobs/%s\n' "$layout" "${1/:/\/}"; }
# descriptor ARCHITECTURE: the entry of an image in the index, with the platform from the image's own configuration.
descriptor() {
  local entry config
  entry=$(jq --arg tag "$1" '.manifests[] | select(.annotations."org.opencontainers.image.ref.name" == $tag)' "$layout/index.json")
  config=$(jq -r .config.digest "$(blob "$(jq -r .digest <<<"$entry")")")
  jq --slurpfile config "$(blob "$config")" \
    '{mediaType, digest, size, platform: ($config[0] | {architecture, os} + if .variant then {variant} else {} end)}' <<<"$entry"
}
# The index has the labels of the images as annotations: they are the same for all architectures.
first=$(descriptor "${architectures[0]}")
labels=$(jq -r .config.digest "$(blob "$(jq -r .digest <<<"$first")")")
labels=$(jq '.config.Labels | with_entries(select(.key | startswith("org.opencontainers.image.")))' "$(blob "$labels")")
for architecture in "${architectures[@]}"; do descriptor "$architecture"; done |
  jq -cSs --argjson annotations "$labels" \
    '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: ., annotations: $annotations}' >"$work/index"
digest=$(sha256sum "$work/index" | cut -d' ' -f1)
size=$(stat -c %s "$work/index")
mv "$work/index" "$layout/blobs/sha256/$digest"
jq -ncS --arg digest "sha256:$digest" --argjson size "$size" --arg version "$VERSION" '{schemaVersion: 2, mediaType:
  "application/vnd.oci.image.index.v1+json", manifests: [{mediaType: "application/vnd.oci.image.index.v1+json", digest: $digest,
  size: $size, annotations: {"org.opencontainers.image.ref.name": $version}}]}' >"$layout/index.json"

mkdir -p "$(dirname "$output")"
tar --create --file "$output.new" --directory "$layout" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
  --mode=u+rwX,go+rX,go-w --format=ustar blobs index.json oci-layout
mv "$output.new" "$output"
printf 'images: wrote %s, index sha256:%s\n' "$output" "$digest"
