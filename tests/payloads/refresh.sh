#!/usr/bin/env bash
# Records tests/payloads/recorded again: runs the end-to-end scenario recorded-reviews with `serve --record` and copies the reviews of a
# real API server, byte for byte. Run `make payloads` afterwards, and read the diff of both.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d "${TMPDIR:-/tmp}/droveway-recorded.XXXXXX")
trap 'rm -rf "$folder"' EXIT
E2E_RECORD=$folder tests/e2e/run.sh recorded-reviews

# copy FILE REVIEW NUMBER: copies the NUMBER-th of the recorded reviews with this endpoint, operation, kind and name.
copy() {
  local -a found=("$folder"/*-"$2".json)
  local source=${found[$3 - 1]-}
  [ -s "$source" ] || { echo "refresh.sh: the API server sent no $2 number $3" >&2; exit 1; }
  cp "$source" "tests/payloads/recorded/$1.json"
}
nad=NetworkAttachmentDefinition
copy mutate-nad-create "mutate-CREATE-$nad-my-secondary-network" 1
copy validate-nad-create "validate-CREATE-$nad-my-secondary-network" 1
copy validate-nad-update-range "validate-UPDATE-$nad-my-secondary-network" 1
copy validate-nad-update-label-only "validate-UPDATE-$nad-my-secondary-network" 2
copy validate-nad-delete "validate-DELETE-$nad-my-secondary-network" 1
copy validate-nad-create-bridge-dhcp-serverside "validate-CREATE-$nad-bridge-net" 1
copy validate-nad-update-dryrun "validate-UPDATE-$nad-bridge-net-dry-run" 1
copy mutate-hco-v1beta1-create mutate-CREATE-HyperConverged-kubevirt-hyperconverged 1
copy validate-hco-v1beta1-create validate-CREATE-HyperConverged-kubevirt-hyperconverged 1
copy mutate-hco-v1-create mutate-CREATE-HyperConverged-kubevirt-hyperconverged 2
copy validate-hco-v1-create validate-CREATE-HyperConverged-kubevirt-hyperconverged 2
copy validate-hco-v1-update validate-UPDATE-HyperConverged-kubevirt-hyperconverged 1
copy mutate-kubevirt-create mutate-CREATE-KubeVirt-kubevirt 1
copy validate-kubevirt-create validate-CREATE-KubeVirt-kubevirt 1
copy validate-kubevirt-update validate-UPDATE-KubeVirt-kubevirt 1
echo "recorded again, except for validate-hco-delete (the manifests do not register for it) and request-headers.txt"
