# shellcheck shell=bash
# The beginning of each scenario: no NAD, HyperConverged or KubeVirt exists, and the webhook knows that.
# shellcheck source=tests/e2e/control-plane.sh
. "$E2E/control-plane.sh"

# until_seen RESOURCE COUNT: waits until the webhook knows this many objects, according to its metrics.
seen() { metrics | grep -q "^droveway_view_objects{resource=\"$1\"} $2\$"; }
until_seen() { until_true 30 seen "$1" "$2"; }
nads=network-attachment-definitions.k8s.cni.cncf.io

# True if the API server uses the webhooks.
refused() { ! kubectl create -f "$E2E/refused.yaml" --dry-run=server; }

# First the objects that refer to NADs, because a NAD in use can't be deleted.
reset() {
  kubectl delete hyperconvergeds,kubevirts,vmim,vmi,migrationpolicies --all -A --wait=false
  until_seen hyperconvergeds.hco.kubevirt.io 0 && until_seen kubevirts.kubevirt.io 0
  kubectl delete net-attach-def --all -A --wait=false
  until_seen $nads 0
}

# nad NAME RANGE [MASTER [NAMESPACE]]: prints a valid macvlan NAD.
nad() {
  cat <<END
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: $1
  namespace: ${4:-openshift-cnv}
spec:
  config: '{"cniVersion": "0.3.1", "name": "$1", "type": "macvlan", "master": "${3:-eth1}", "mode": "bridge",
    "ipam": {"type": "whereabouts", "range": "$2"}}'
END
}
# config NAME JSON [NAMESPACE]: prints a NAD with this configuration.
config() {
  printf 'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n'
  printf "metadata:\n  name: %s\n  namespace: %s\nspec:\n  config: '%s'\n" "$1" "${3:-openshift-cnv}" "$2"
}
# beta LIMITS [NAMESPACE [NAME]]: prints a HyperConverged, v1beta1, with this live-migration block (YAML on one line).
beta() {
  printf 'apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\n'
  printf 'metadata: {name: %s, namespace: %s}\n' "${3:-kubevirt-hyperconverged}" "${2:-openshift-cnv}"
  printf 'spec: {liveMigrationConfig: %s}\n' "$1"
}
# hco NETWORK: prints a HyperConverged, v1, that refers to it.
hco() {
  cat <<END
apiVersion: hco.kubevirt.io/v1
kind: HyperConverged
metadata:
  name: kubevirt-hyperconverged
  namespace: openshift-cnv
spec:
  virtualization:
    liveMigrationConfig:
      network: $1
END
}
reset >/dev/null 2>&1 || echo "the cluster could not be emptied"
