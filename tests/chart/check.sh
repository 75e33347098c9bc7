#!/usr/bin/env bash
# Tests charts/droveway with helm 3 and helm 4: lint, the schema of the values and the messages of the templates, packages, and that
# its objects equal those of kustomize. Needs helm, helm4 and kubectl ($HELM_FOLDER, $KUBECTL) and $BUILD/droveway, but no cluster.
set -euo pipefail
cd "$(dirname "$0")/../.."
droveway=$(realpath "${BUILD:-build}/droveway")
kubectl=${KUBECTL:-kubectl}
folder=${HELM_FOLDER:?a folder with helm and helm4: see assets.sh}
chart=charts/droveway
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-chart.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work KUBECONFIG=/dev/null
checks=0
bad() { echo "chart: $1" >&2; exit 1; }
# template [OPTION...]: renders the chart as the release droveway.
template() { "$helm" template droveway "$chart" --namespace droveway "$@"; }
# rejects TEXT OPTION...: rendering must fail, with TEXT in the message.
rejects() {
  local text=$1
  shift
  checks=$((checks + 1))
  ! template "$@" >"$work/out" 2>&1 || bad "$(basename "$helm") accepts $*"
  grep -qF -- "$text" "$work/out" || bad "$(basename "$helm") rejects $* without saying \"$text\": $(cat "$work/out")"
}
# renders FILTER OPTION...: the jq FILTER must be true for the list of objects.
renders() {
  local filter=$1
  shift
  checks=$((checks + 1))
  template "$@" >"$work/out" 2>"$work/err" || bad "$(basename "$helm") can't render $*: $(cat "$work/err")"
  "$kubectl" patch --local -f "$work/out" --type=merge -p '{}' -o json | jq -se "$filter" >/dev/null ||
    bad "$(basename "$helm"), rendered with $*: check failed: $filter"
}
# `droveway` must accept the policy of the objects that were rendered last.
policy_accepted() {
  checks=$((checks + 1))
  "$kubectl" patch --local -f "$work/out" --type=merge -p '{}' -o json |
    jq -r 'select(.metadata.name == "droveway-policy").data["policy.yaml"]' >"$work/policy.yaml"
  "$droveway" rules --policy "$work/policy.yaml" >"$work/rules" 2>&1 || bad "droveway rejects the policy: $(cat "$work/rules")"
}

tools/chart.sh --check

"$droveway" certs --dir "$work/pki" --dns droveway.droveway.svc >/dev/null
# shellcheck disable=SC2054
given=(--set certificates.source=given,certificates.given.secretName=mine --set-file "certificates.given.caBundle=$work/pki/ca.crt")
cat >"$work/everything.yaml" <<'END'
image: {repository: registry.example.com:5000/infra/droveway, tag: "1", pullPolicy: Always,
  digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}
imagePullSecrets: [{name: pull}]
kubevirt: {namespace: kubevirt}
failurePolicy: Ignore
policy:
  defaults: {progressTimeout: 1500000}
  clusterNetworks: [{name: machine-network, cidr: 192.168.1.0/24}]
  rules: {gateway-in-pool: warn}
  exceptions: [{rule: range-empty, namespace: one, reason: first}]
exceptions:
- {rule: overlap-network, namespace: lab, name: "test-*", reason: "isolated: switch, ticket #17", until: 2027-03-31}
events: true
policyReports: true
monitoring: {enabled: true, labels: {release: prometheus}}
networkPolicy: {enabled: true}
clientCA: {configMapName: mine}
admissionPolicies: true
replicas: 3
resources: {requests: {cpu: 1, memory: 128Mi}, limits: {memory: 512Mi}}
priorityClassName: ""
nodeSelector: {node-role.kubernetes.io/infra: ""}
tolerations: [{key: infra, operator: Exists, effect: NoSchedule}]
affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}
podLabels: {team: virt}
podAnnotations: {note: "yes"}
extraArgs: [--audit-interval=5m]
labels: {cost: "17"}
annotations: {owner: virt}
webhookAnnotations: {argocd.argoproj.io/sync-wave: "1"}
END
pod='map(select(.kind == "Deployment"))[0].spec.template'
webhooks='map(select(.kind | endswith("WebhookConfiguration")))'

for helm in "$folder/helm" "$folder/helm4"; do
  for values in /dev/null "$work/everything.yaml"; do
    checks=$((checks + 1))
    "$helm" lint --strict "$chart" --namespace droveway --values "$values" >"$work/out" 2>&1 || bad "$(cat "$work/out")"
  done

  # Unknown names and wrong values are errors that name the place.
  rejects "additional properties 'replicaCount' not allowed" --set replicaCount=3
  rejects "at '/image': additional properties 'name' not allowed" --set image.name=x
  rejects "at '/policy': additional properties 'ruls' not allowed" --set policy.ruls.range-empty=warn
  rejects "at '/policy/rules': additional properties 'range-emty' not allowed" --set policy.rules.range-emty=warn
  rejects "at '/policy': additional properties 'namespace' not allowed" --set policy.namespace=kubevirt
  rejects "at '/exceptions/0': missing property 'reason'" --set 'exceptions[0].rule=range-empty,exceptions[0].namespace=lab'
  rejects "at '/image/digest': 'sha256:12' does not match pattern" --set image.digest=sha256:12
  rejects "at '/image/repository': 'quay.io/x:latest@sha256' does not match pattern" --set image.repository=quay.io/x:latest@sha256
  rejects "at '/kubevirt/namespace': 'Kube_Virt' does not match pattern" --set kubevirt.namespace=Kube_Virt
  rejects "at '/certificates/source': value must be one of 'self-managed', 'cert-manager', 'openshift', 'given'" --set certificates.source=vault
  rejects "at '/failurePolicy': value must be one of 'Fail', 'Ignore'" --set failurePolicy=fail
  rejects "at '/enforce': got string, want boolean" --set-string enforce=true
  rejects "at '/replicas': minimum: got 0, want 1" --set replicas=0
  rejects "at '/extraArgs/0': 'audit-interval=5m' does not match pattern" --set 'extraArgs[0]=audit-interval=5m'
  rejects "not in default, because" --namespace default
  rejects "certificates.given.secretName is not set" --set certificates.source=given
  rejects "certificates.given.caBundle contains no certificate in PEM" --set certificates.source=given,certificates.given.secretName=mine
  rejects "certificates.given is only used if certificates.source is given, but it is openshift" \
    --set certificates.source=openshift,certificates.given.secretName=mine
  rejects "certificates.issuerRef is only used if certificates.source is cert-manager" --set certificates.issuerRef.name=company
  rejects "admissionPolicies needs Kubernetes 1.30 or later, but the API server is v1.29.3" --set admissionPolicies=true --kube-version 1.29.3
  rejects "at '/image/repository': 'quay.io/x:latest' does not match pattern" --set image.repository=quay.io/x:latest
  rejects "at '/image/repository': 'x:latest' does not match pattern" --set image.repository=x:latest
  rejects "at '/certificates/given/secretName': 'a: b' does not match pattern" --set 'certificates.given.secretName=a: b'
  rejects "at '/priorityClassName': 'A: b' does not match pattern" --set 'priorityClassName=A: b'
  rejects "kubevirt.namespace is kube-system, where the webhooks check nothing" --set kubevirt.namespace=kube-system
  rejects "podLabels contains app.kubernetes.io/name, which the chart sets itself" --set 'podLabels.app\.kubernetes\.io/name=x'
  rejects "labels contains helm.sh/chart, which the chart sets itself" --set 'labels.helm\.sh/chart=x'
  for option in --kubevirt-namespace=lab --activate= --self-managed-certs --listen=:1; do
    rejects "extraArgs contains ${option%%=*}, which the chart sets itself" --set "extraArgs[0]=$option"
  done
  rejects "chart requires kubeVersion: >=1.28.0-0" --kube-version 1.27.9

  # The values that kustomize has no overlay for.
  for repository in droveway localhost:5000/droveway registry.example.com/a/b_c-d.e; do
    renders "$pod.spec.containers[0].image | startswith(\"$repository:\")" --set "image.repository=$repository"
  done
  renders "$webhooks | length == 2 and all(.webhooks[].clientConfig.caBundle | @base64d | startswith(\"-----BEGIN CERTIFICATE-----\"))" "${given[@]}"
  renders "$pod.spec.volumes[0].secret.secretName == \"mine\"" "${given[@]}"
  renders 'map(select(.kind == "ServiceMonitor"))[0].spec.endpoints[0].tlsConfig.ca == {secret: {name: "mine", key: "ca.crt"}}' \
    "${given[@]}" --set monitoring.enabled=true
  renders 'map(select(.apiVersion | startswith("cert-manager.io/"))) | map([.kind, .metadata.name, .spec.issuerRef]) ==
    [["Certificate", "droveway", {name: "company", kind: "ClusterIssuer", group: "cert-manager.io"}]]' \
    --set certificates.source=cert-manager,certificates.issuerRef.name=company,certificates.issuerRef.kind=ClusterIssuer
  renders 'map(select(.kind == "PodDisruptionBudget")) == []' --set replicas=1
  renders "$webhooks == []" --set enforce=false
  renders "$pod.spec.containers[0].image == \"droveway:$(sed -n 's/^VERSION := //p' Makefile)\""
  renders 'map(select(.kind == "Deployment"))[0].spec.replicas == 3 and ('"$pod"' |
    .metadata.labels == {"app.kubernetes.io/name": "droveway", team: "virt"} and .metadata.annotations.note == "yes" and
    (.spec | .imagePullSecrets == [{name: "pull"}] and (has("priorityClassName") | not) and
      .nodeSelector == {"node-role.kubernetes.io/infra": ""} and .tolerations == [{key: "infra", operator: "Exists", effect: "NoSchedule"}] and
      (.affinity | has("nodeAffinity")) and
      (.containers[0] | .image == "registry.example.com:5000/infra/droveway@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" and
        .imagePullPolicy == "Always" and .args[-1] == "--audit-interval=5m" and
        .resources == {requests: {cpu: 1, memory: "128Mi"}, limits: {memory: "512Mi"}})))' --values "$work/everything.yaml"
  renders 'map(select(.metadata.name == "droveway-settings")) | length == 1 and .[0].data == {KUBEVIRT_NAMESPACE: "kubevirt"}' --values "$work/everything.yaml"
  renders "$pod.spec.volumes | map(select(.name == \"client-ca\").configMap.name) == [\"mine\"]" --values "$work/everything.yaml"
  renders '[.[] | select(.kind == "ValidatingAdmissionPolicy").spec.variables[] | select(.name == "kubevirtNamespace").expression] | unique == ["\u0027kubevirt\u0027"]' \
    --values "$work/everything.yaml"
  renders 'all(.metadata | .labels.cost == "17" and .annotations.owner == "virt")' --values "$work/everything.yaml"
  renders 'map(select(.apiVersion == "monitoring.coreos.com/v1")) | length == 2 and all(.metadata.labels.release == "prometheus")' \
    --values "$work/everything.yaml"
  renders "$webhooks | length == 2 and all(.metadata.annotations[\"argocd.argoproj.io/sync-wave\"] == \"1\" and
    all(.webhooks[]; .failurePolicy == \"Ignore\"))" --values "$work/everything.yaml"
  policy_accepted
  grep -q 'range-empty' "$work/rules" || bad "the policy of everything.yaml has no effect"
  for part in 'until: "2027-03-31"' 'namespace: one' 'progressTimeout: 1500000' 'gateway-in-pool: warn'; do
    checks=$((checks + 1))
    grep -qF "$part" "$work/policy.yaml" || bad "the policy lacks $part"
  done
  template >"$work/out"
  policy_accepted
done

# A change of KubeVirt's namespace starts new pods; a change of the policy does not.
template_of() { template "$@" -s templates/deployment.yaml | sha256sum; }
checks=$((checks + 2))
[ "$(template_of --set kubevirt.namespace=kubevirt)" != "$(template_of)" ] || bad "another namespace of KubeVirt starts no new pods"
[ "$(template_of --set policy.rules.range-empty=warn)" = "$(template_of)" ] || bad "another policy starts new pods"

# The package contains the chart and no other file.
helm=$folder/helm
"$helm" package "$chart" --destination "$work" >/dev/null
version=$(sed -n 's/^VERSION := //p' Makefile)
tar -xmzf "$work/droveway-$version.tgz" -C "$work"
rm "$work/droveway/Chart.yaml" # helm writes it in another order
diff -r --exclude=Chart.yaml "$chart" "$work/droveway" || bad "the package differs from $chart"
checks=$((checks + 1))

help=$("$droveway" serve --help)
for option in $(template --values "$work/everything.yaml" | grep -oE '^ +- --[a-z-]+' | grep -oE -- '--[a-z-]+'); do
  checks=$((checks + 1))
  grep -q -e "$option " <<<"$help" || bad "droveway serve has no option $option"
done
echo "chart: $checks checks"
tests/chart/compare.py "$helm" "$kubectl"
