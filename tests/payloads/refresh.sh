#!/usr/bin/env bash
# Records tests/payloads/recorded anew: runs the end-to-end scenario recorded-reviews with `serve --record` and puts what a real API server
# sent in place, byte for byte. Then the golden answers (`make payloads`): read the diff of both.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d "${TMPDIR:-/tmp}/droveway-recorded.XXXXXX")
trap 'rm -rf "$folder"' EXIT
E2E_RECORD=$folder tests/e2e/run.sh recorded-reviews

# take FILE REVIEW NUMBER: of the recorded reviews of that endpoint, operation, kind and name, the NUMBER-th.
take() {
  local -a found=("$folder"/*-"$2".json)
  local source=${found[$3 - 1]-}
  [ -s "$source" ] || { echo "refresh.sh: the API server sent no $2 number $3" >&2; exit 1; }
  cp "$source" "tests/payloads/recorded/$1.json"
}
nad=NetworkAttachmentDefinition
take mutate-nad-create "mutate-CREATE-$nad-my-secondary-network" 1
take validate-nad-create "validate-CREATE-$nad-my-secondary-network" 1
take validate-nad-update-range "validate-UPDATE-$nad-my-secondary-network" 1
take validate-nad-update-label-only "validate-UPDATE-$nad-my-secondary-network" 2
take validate-nad-delete "validate-DELETE-$nad-my-secondary-network" 1
take validate-nad-create-bridge-dhcp-serverside "validate-CREATE-$nad-bridge-net" 1
take validate-nad-update-dryrun "validate-UPDATE-$nad-bridge-net-dry-run" 1
take mutate-hco-v1beta1-create mutate-CREATE-HyperConverged-kubevirt-hyperconverged 1
take validate-hco-v1beta1-create validate-CREATE-HyperConverged-kubevirt-hyperconverged 1
take mutate-hco-v1-create mutate-CREATE-HyperConverged-kubevirt-hyperconverged 2
take validate-hco-v1-create validate-CREATE-HyperConverged-kubevirt-hyperconverged 2
take validate-hco-v1-update validate-UPDATE-HyperConverged-kubevirt-hyperconverged 1
take mutate-kubevirt-create mutate-CREATE-KubeVirt-kubevirt 1
take validate-kubevirt-create validate-CREATE-KubeVirt-kubevirt 1
take validate-kubevirt-update validate-UPDATE-KubeVirt-kubevirt 1
echo "recorded anew; kept as they were: validate-hco-delete (the manifests do not ask for it) and request-headers.txt"
