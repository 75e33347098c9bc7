#!/usr/bin/env bash
# Lets OLM's own operator install the bundle on a real API server, and shows what the webhooks do that it registers: before Droveway is
# ready, while it runs, while it is down, and after the ClusterServiceVersion is deleted. Everything runs in a separate network
# namespace, in which an address is assigned to the endpoint of OLM's Service. There is no kubelet: Droveway runs as a process with the
# arguments and the certificate of the Deployment. Needs $BUILD/droveway, and Go for the first run.
# shellcheck disable=SC2317 # until_true and the trap call these functions
set -euo pipefail
cd "$(dirname "$0")/../.."
REPOSITORY=$PWD
if [ -z "${DROVEWAY_BUNDLE_NETNS:-}" ]; then
  olm=$(tests/bundle/assets.sh) assets=$(tests/e2e/assets.sh) crds=$(tests/e2e/crds.sh)
  export DROVEWAY_BUNDLE_NETNS=1 OLM=$olm CRDS=$crds PATH=$assets:$PATH
  exec unshare --net --user --map-root-user "$0" "$@"
fi
address=192.0.2.1
ip link set lo up
ip address add $address/32 dev lo
DROVEWAY=$(realpath "${BUILD:-build}/droveway")
E2E_WORK=$(mktemp -d "${TMPDIR:-/tmp}/droveway-olm.XXXXXX")
export REPOSITORY DROVEWAY E2E_WORK HOME=$E2E_WORK KUBECONFIG=$E2E_WORK/kubeconfig
API_OPTIONS="--enable-aggregator-routing=true --advertise-address=$address"
# shellcheck source=tests/e2e/control-plane.sh
. tests/e2e/control-plane.sh
status=1
clean_up() {
  if [ "$status" -ne 0 ]; then
    for log in commands olm droveway apiserver; do
      [ -s "$E2E_WORK/$log.log" ] && { echo "--- the end of $log's log"; tail -n 15 "$E2E_WORK/$log.log" | cut -c1-600; }
    done
  fi
  stop olm
  stop droveway
  stop apiserver KILL
  stop etcd KILL
  rm -rf "$E2E_WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

checks=0
# passes TEXT COMMAND...; fails TEXT PATTERN COMMAND...: the command must fail and print PATTERN.
passes() {
  echo "# $1" >>"$E2E_WORK/commands.log"
  "${@:2}" >>"$E2E_WORK/commands.log" 2>&1 || { echo "olm: failed: $1" >&2; exit 1; }
  checks=$((checks + 1))
  echo "ok   $1"
}
fails() {
  local output
  echo "# $1" >>"$E2E_WORK/commands.log"
  if output=$("${@:3}" 2>&1); then echo "olm: did not fail: $1" >&2; exit 1; fi
  echo "$output" >>"$E2E_WORK/commands.log"
  grep -q -e "$2" <<<"$output" || { printf 'olm: another error than "%s": %s\n%s\n' "$2" "$1" "$output" >&2; exit 1; }
  checks=$((checks + 1))
  echo "ok   $1"
}

ETCD_PORT=2379 PEER_PORT=2380 API_PORT=6443 WEBHOOK_PORT=8443 METRICS_PORT=9443
export ETCD_PORT PEER_PORT API_PORT WEBHOOK_PORT METRICS_PORT
make_credentials localhost 127.0.0.1
start_etcd
start_apiserver
passes "the API server accepts KubeVirt's and OLM's CRDs" install_crds "$CRDS"
passes "OLM's CRDs are established" kubectl apply --server-side -f "$OLM/crds"
kubectl wait --for condition=Established --timeout=30s crd --all >/dev/null
until_true 30 kubectl apply -f tests/e2e/cluster
# With any kind of config.openshift.io, OLM takes the cluster for OpenShift, and waits for kinds that are not here.
kubectl delete crd networks.config.openshift.io >/dev/null

# What an InstallPlan would create before the ClusterServiceVersion: OLM's other operator does that from a catalog, which needs a registry.
image=registry.example.com/infra/droveway@sha256:$(printf droveway | sha256sum | cut -c1-64)
IMAGE=$image KUBECTL=kubectl bundle/generate.sh "$E2E_WORK/bundle" >/dev/null
csv_file=$E2E_WORK/bundle/manifests/droveway.clusterserviceversion.yaml
csv=$(kubectl create --dry-run=client -f "$csv_file" -o json)
name=$(jq -r .metadata.name <<<"$csv")
from_install_plan() {
  kubectl create namespace droveway
  kubectl -n droveway apply -f - <<END
apiVersion: operators.coreos.com/v1
kind: OperatorGroup
metadata: {name: droveway}
spec: {}
END
  find "$E2E_WORK/bundle/manifests" -type f ! -name '*clusterserviceversion*' -exec kubectl -n droveway apply -f {} \;
  jq '{kind: "List", apiVersion: "v1", items: [
    {apiVersion: "v1", kind: "ServiceAccount", metadata: {name: "droveway", namespace: "droveway"}},
    {apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: {name: "droveway"}, rules: .spec.install.spec.clusterPermissions[0].rules},
    {apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: {name: "droveway"},
      roleRef: {apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "droveway"},
      subjects: [{kind: "ServiceAccount", name: "droveway", namespace: "droveway"}]}]
    | map(.metadata.labels = {"olm.managed": "true"})}' <<<"$csv" | kubectl apply -f -
}
passes 'the objects of the bundle can be created' from_install_plan

run olm "$OLM/olm" "$KUBECONFIG"
phase() { [ "$(kubectl -n droveway get clusterserviceversion "${2:-$name}" -o jsonpath='{.status.phase}')" = "$1" ]; } # PHASE [NAME]
configurations() { kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o json | jq '.items | length'; }
registered() { [ "$(configurations)" -eq "$1" ]; }
passes 'the API server accepts the ClusterServiceVersion' kubectl -n droveway apply --server-side -f "$csv_file"
passes 'OLM finds all requirements and installs it' until_true 60 phase Installing
passes 'OLM registers all webhooks although no pod is ready' until_true 30 registered "$(jq '.spec.webhookdefinitions | length' <<<"$csv")"

cat >"$E2E_WORK/good.yaml" <<'END'
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: migration, namespace: openshift-cnv}
spec:
  config: '{"cniVersion": "0.3.1", "name": "m", "type": "macvlan", "master": "eth1", "mode": "bridge",
    "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"}}'
END
sed 's/"eth1"/"eth9"/' "$E2E_WORK/good.yaml" >"$E2E_WORK/bad.yaml"
sed 's/openshift-cnv/default/; s/name: migration/name: tenant/; s|"10.200.5.0/24"|"10.201.5.0/24", "gateway": "10.201.5.1"|' \
  "$E2E_WORK/good.yaml" >"$E2E_WORK/tenant.yaml"
cat >"$E2E_WORK/hco.yaml" <<'END'
apiVersion: hco.kubevirt.io/v1beta1
kind: HyperConverged
metadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}
spec: {liveMigrationConfig: {network: migration}}
END
dry_run() { kubectl create --dry-run=server -f "$E2E_WORK/$1.yaml" "${@:2}"; }
passes 'before Droveway is ready, HyperConverged can be created' dry_run hco
passes 'before Droveway is ready, a NAD can be created' dry_run bad

# What a kubelet would do: mount the Secret and the ConfigMap, start the container, update the endpoints and the status.
deployment=$(kubectl -n droveway get deployment droveway -o json)
mkdir "$E2E_WORK/serving-certs"
for key in tls.crt tls.key; do
  kubectl -n droveway get secret droveway-service-cert -o json | jq -r --arg key $key '.data[$key] | @base64d' >"$E2E_WORK/serving-certs/$key"
done
kubectl -n droveway get configmap droveway-policy -o json | jq -r '.data["policy.yaml"]' >"$E2E_WORK/policy.yaml"
write_kubeconfig "$E2E_WORK/droveway.kubeconfig" "$(kubectl -n droveway create token droveway --duration 24h)"
mounted() {
  jq -e '.spec.template.spec | (.volumes[] | select(.name == "webhook-cert").secret.secretName == "droveway-service-cert") and
    any(.containers[0].volumeMounts[]; .name == "webhook-cert" and .mountPath == "/tmp/k8s-webhook-server/serving-certs")' <<<"$deployment"
}
passes 'OLM mounts the certificate where the arguments name it' mounted
mapfile -t arguments < <(jq -r --arg work "$E2E_WORK" '.spec.template.spec.containers[0] | .env as $env | .args[1:][]
  | sub("/tmp/k8s-webhook-server"; $work) | sub("/etc/droveway/policy"; $work)
  | sub("\\$\\(KUBEVIRT_NAMESPACE\\)"; $env[] | select(.name == "KUBEVIRT_NAMESPACE").value)' <<<"$deployment")
answers() { curl -fsS --cacert <(kubectl -n droveway get secret droveway-service-cert -o json | jq -r '.data.olmCAKey | @base64d') \
  --resolve "droveway-service.droveway.svc:8443:$address" https://droveway-service.droveway.svc:8443/readyz; }
start_as_pod() {
  run droveway "$DROVEWAY" serve "${arguments[@]}" --listen "$address:8443" --kubeconfig "$E2E_WORK/droveway.kubeconfig" --shutdown-delay 0
  until_true 30 answers
}
passes "Droveway starts with the Deployment's arguments, and its certificate is valid for OLM's Service" start_as_pod
endpoints() {
  kubectl -n droveway apply -f - <<END
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: droveway-service, labels: {kubernetes.io/service-name: droveway-service}}
addressType: IPv4
endpoints: [{addresses: [$address], conditions: {ready: true}}]
ports: [{name: "443", port: 8443, protocol: TCP}]
END
  kubectl -n droveway patch deployment droveway --subresource=status --type=merge -p '{"status": {"observedGeneration": 1, "replicas": 2,
    "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2, "conditions": [{"type": "Available", "status": "True"}]}}'
}
passes 'the endpoint is ready' endpoints
passes 'OLM reports success' until_true 60 phase Succeeded

refuses() { ! dry_run bad; }
until_true 30 refuses
fails 'a migration network on a missing NIC is denied' 'did you mean "eth1"' dry_run bad
passes 'a correct migration network is accepted' kubectl create -f "$E2E_WORK/good.yaml"
passes 'HyperConverged with this network is accepted' kubectl create -f "$E2E_WORK/hco.yaml"
defaults() { kubectl get hyperconvergeds -A -o json | jq -e '.items[0].spec.liveMigrationConfig | has("parallelMigrationsPerCluster")'; }
passes 'absent limits are filled in' defaults
fails 'a network in use cannot be deleted' 'is invalid\|forbidden\|denied' kubectl -n openshift-cnv delete net-attach-def migration --dry-run=server
warned() { dry_run tenant 2>&1 | grep 'Warning: .*gateway-in-pool'; }
passes 'a risky NAD in another namespace is accepted with a warning' warned

# The network in use gets the missing NIC.
change() { kubectl replace --dry-run=server -f "$E2E_WORK/bad.yaml"; }
fails 'a change of the network to a missing NIC is denied' 'did you mean "eth1"' change
stop droveway
passes 'while Droveway is down, this change is accepted' change
passes 'Droveway starts again' start_as_pod
fails 'afterwards, this change is denied again' 'did you mean "eth1"' change

# A later version, with another image.
next=droveway.v99.0.0
upgrade() {
  kubectl create --dry-run=client -f "$csv_file" -o json | jq --arg next $next --arg old "$name" 'del(.metadata.namespace) | .metadata.name = $next
    | .spec.version = "99.0.0" | .spec.replaces = $old | (.. | .image? | strings) |= sub("@sha256:...."; "@sha256:ffff")' |
    kubectl -n droveway apply --server-side -f -
}
upgraded() {
  kubectl -n droveway patch deployment droveway --subresource=status --type=merge \
    -p "{\"status\": {\"observedGeneration\": $(kubectl -n droveway get deployment droveway -o jsonpath='{.metadata.generation}')}}"
  phase Succeeded $next && ! kubectl -n droveway get clusterserviceversion "$name"
}
passes 'the next ClusterServiceVersion is accepted' upgrade
passes 'OLM replaces the first one by it' until_true 120 upgraded
name=$next
new_image() { kubectl -n droveway get deployment droveway -o json | jq -e '.spec.template.spec.containers[0].image | test("@sha256:ffff")'; }
passes 'the Deployment has the new image' new_image
passes 'each webhook is registered once' until_true 60 registered "$(jq '.spec.webhookdefinitions | length' <<<"$csv")"
fails 'the change is still denied' 'did you mean "eth1"' change

# What docs/olm.md says about settings. The status is what OLM's other operator would write.
subscribe() {
  kubectl -n droveway create configmap my-policy --from-literal=policy.yaml='{apiVersion: droveway.io/v1alpha1, kind: Policy}'
  kubectl -n droveway apply -f - <<END
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: {name: droveway}
spec:
  name: droveway
  channel: stable
  source: infra
  sourceNamespace: openshift-marketplace
  config:
    env: [{name: KUBEVIRT_NAMESPACE, value: kubevirt}]
    volumes: [{name: policy, configMap: {name: my-policy}}]
END
  kubectl -n droveway patch subscription droveway --subresource=status --type=merge \
    -p "{\"status\": {\"installedCSV\": \"$name\", \"currentCSV\": \"$name\", \"lastUpdated\": \"2026-01-01T00:00:00Z\"}}"
}
set_by_subscription() {
  kubectl -n droveway get deployment droveway -o json | jq -e '.spec.template.spec
    | any(.containers[0].env[]; . == {name: "KUBEVIRT_NAMESPACE", value: "kubevirt"}) and ([.containers[0].env[].name] | index("KUBEVIRT_NAMESPACE") == rindex("KUBEVIRT_NAMESPACE"))
      and [.volumes[] | select(.name == "policy").configMap.name] == ["my-policy"]'
}
passes 'a Subscription can be created' subscribe
passes "OLM sets KubeVirt's namespace and the policy that the Subscription names" until_true 90 set_by_subscription

passes 'the ClusterServiceVersion can be deleted' kubectl -n droveway delete clusterserviceversion "$name" --timeout=60s
passes 'OLM removes all webhooks' until_true 60 registered 0
stop droveway
passes 'after the removal, nothing is checked or blocked' change
status=0
echo "olm: $(kubectl version -o json | jq -r .serverVersion.gitVersion), $checks checks passed"
