#!/usr/bin/env bash
# Publishes what release.sh made. The release workflow calls it; it needs the programs named in each step, and logins.
#   publish.sh verify    compares the files with SHA256SUMS (sha256sum)
#   publish.sh push      pushes the image, the chart and the bundle to REGISTRY (skopeo, helm, podman), and writes their digests
#   publish.sh sign      signs them, and SHA256SUMS and the provenance, without a key (cosign)
#   publish.sh publish   creates the release of the tag with all files (gh)
# Environment: RELEASE (build/release), REGISTRY (ghcr.io/droveway/droveway), DRY_RUN=1 (only print the commands).
set -euo pipefail
cd "$(dirname "$0")/.."
. release/lib.sh
folder=${RELEASE:-build/release}
registry=${REGISTRY:-ghcr.io/droveway/droveway}
registry=${registry,,}
version=$(version)
name=droveway-$version
[ -s "$folder/SHA256SUMS" ] || die "$folder has no SHA256SUMS; run \`make release\` first"
if [ -n "${DRY_RUN:-}" ]; then run() { printf '%s\n' "$*"; }; else run() { "$@"; }; fi

# digest_of REFERENCE: prints REFERENCE's name with its digest in the registry.
digest_of() {
  local digest
  if [ -n "${DRY_RUN:-}" ]; then digest=sha256:0; else digest=$(skopeo inspect --format '{{.Digest}}' "docker://$1"); fi
  printf '%s@%s\n' "${1%:*}" "$digest"
}

case ${1:-} in
  verify)
    (cd "$folder" && sha256sum --check --strict SHA256SUMS)
    ;;
  push)
    run skopeo copy --all "oci-archive:$folder/$name-oci.tar" "docker://$registry:$version"
    # Helm takes the last part of the name from the chart.
    run helm push "$folder/droveway-chart-$version.tgz" "oci://$registry/charts"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    tar --extract --file "$folder/droveway-bundle-$version.tar.gz" --directory "$work" --strip-components 1
    run podman build --timestamp "$SOURCE_DATE_EPOCH" --file "$work/Containerfile" --tag "$registry/bundle:$version" "$work"
    run podman push "$registry/bundle:$version"
    for reference in "$registry:$version" "$registry/charts/droveway:$version" "$registry/bundle:$version"; do digest_of "$reference"; done >"$folder/.digests"
    cat "$folder/.digests"
    ;;
  sign)
    [ -s "$folder/.digests" ] || die 'nothing was pushed; run publish.sh push first'
    while read -r reference; do run cosign sign --yes "$reference" </dev/null; done <"$folder/.digests"
    run cosign attest --yes --type spdxjson --predicate "$folder/$name-image-amd64.spdx.json" "$(head -n 1 "$folder/.digests")"
    for file in SHA256SUMS "$name.provenance.json"; do
      run cosign sign-blob --yes --bundle "$folder/$file.sigstore.json" "$folder/$file"
    done
    ;;
  publish)
    run gh release create "v$version" --verify-tag --title "Droveway $version" --notes-file "$folder/release-notes.md" "$folder"/*
    ;;
  *) die 'usage: publish.sh verify|push|sign|publish' ;;
esac
