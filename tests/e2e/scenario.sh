# shellcheck shell=bash
# What each scenario begins with: no NAD, HyperConverged or KubeVirt is there, and the webhook knows it.
# shellcheck source=tests/e2e/control-plane.sh
. "$E2E/control-plane.sh"

# until_seen RESOURCE COUNT: the webhook has that many of it (metrics, not logs, tell).
seen() { webhook /metrics | grep -q "^droveway_view_objects{resource=\"$1\"} $2\$"; }
until_seen() { until_true 30 seen "$1" "$2"; }
nads=network-attachment-definitions.k8s.cni.cncf.io

reset() {
  kubectl delete hyperconvergeds,kubevirts,vmim,vmi --all -A --wait=false
  kubectl delete net-attach-def --all -A --wait=false
  until_seen hyperconvergeds.hco.kubevirt.io 0 && until_seen $nads 0
}

# nad NAME RANGE [MASTER [NAMESPACE]]: a good macvlan NAD.
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
# hco NETWORK: a HyperConverged, v1, that names it.
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
