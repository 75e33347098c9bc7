#!/usr/bin/env bash
# Prints a folder with the CustomResourceDefinitions that the projects themselves install. They come from their Go modules, and
# are cached like the programs: those of KubeVirt (KubeVirt, VirtualMachineInstance, VirtualMachineInstanceMigration,
# MigrationPolicy) as virt-operator creates them, the others as files of the modules in crds/go.mod (PolicyReport: Kyverno's). Those of HyperConverged and
# NodeNetworkState are in crds/, because the module proxy does not serve them.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tools/go_programs.sh
. ../../tools/go_programs.sh
oracle=$(../oracle/kubevirt/build.sh)
key=$({ cat crds/go.mod crds/go.sum crds.sh; echo "$oracle"; } | sha256sum | cut -c1-16)
folder=${DROVEWAY_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/e2e}/crds-$key
if [ -d "$folder" ]; then
  echo "$folder"
  exit 0
fi
# from MODULE FILE...
from() {
  local module=$1 root
  shift
  root=$(cd crds && module_folder "$module")
  for file in "$@"; do
    cp "$root/$file" "$build/$(basename "${module%/api}")-$(basename "$file")"
  done
}
mkdir -p "$(dirname "$folder")"
build=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$build"' EXIT
"$oracle" crds >"$build/kubevirt.json"
from github.com/k8snetworkplumbingwg/network-attachment-definition-client artifacts/networks-crd.yaml
from go.universe.tf/metallb config/crd/bases/metallb.io_ipaddresspools.yaml
from github.com/openshift/api config/v1/zz_generated.crd-manifests/0000_10_config-operator_01_networks.crd.yaml \
  operator/v1/zz_generated.crd-manifests/0000_70_network_01_networks-Default.crd.yaml
from github.com/kyverno/kyverno config/crds/policyreport/wgpolicyk8s.io_policyreports.yaml \
  config/crds/policyreport/wgpolicyk8s.io_clusterpolicyreports.yaml
chmod -R u=rwX,go=rX "$build"
mv -T "$build" "$folder" 2>/dev/null || [ -d "$folder" ] # another run was faster
echo "$folder"
