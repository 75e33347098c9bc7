#!/usr/bin/env bash
# Builds manifests/base, every overlay and its webhooks, as `kubectl apply -k` would, and checks their properties. Needs kubectl 1.27 or
# later ($KUBECTL, $KUBEBUILDER_ASSETS/kubectl or the one in PATH), jq and git, but no cluster. If $BUILD/droveway exists, also
# checks that it accepts the policy and the arguments.
# shellcheck disable=SC2016 # the dollars in single quotes are for jq
set -euo pipefail
cd "$(dirname "$0")/../.."
kubectl=${KUBECTL:-${KUBEBUILDER_ASSETS:+$KUBEBUILDER_ASSETS/}kubectl}
command -v "$kubectl" >/dev/null || { echo "manifests: kubectl is missing; set KUBECTL" >&2; exit 2; }
export KUBECONFIG=/dev/null
droveway=${BUILD:-build}/droveway
version=$(sed -n 's/^VERSION := //p' Makefile)
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-manifests.XXXXXX")
trap 'rm -rf "$work"' EXIT
checks=0 failures=0 file=''

verdict() { # STATUS TEXT
  checks=$((checks + 1))
  [ "$1" -eq 0 ] && return
  failures=$((failures + 1))
  echo "manifests: $(basename "$file" .json): check failed: $2" >&2
}
# holds TEXT FILTER [JQ-OPTION...]: checks that FILTER is true for the list of all objects in $file.
holds() {
  local status=0
  jq -e "${@:3}" "$library $2" "$file" >/dev/null || status=1
  verdict $status "$1"
}
# build FOLDER OUT: writes the output of kustomize as one JSON list. `patch --local` converts it without a server.
build() {
  "$kubectl" kustomize "$1" >"$work/yaml" || { echo "manifests: $1 can't be built" >&2; exit 1; }
  "$kubectl" patch --local -f "$work/yaml" --type=merge -p '{}' -o json | jq -s . >"$2"
}

library='
def of($kind): map(select(.kind == $kind));
def one($kind): of($kind) | if length == 1 then .[0] else error("not one \($kind)") end;
def roles: map(select(.kind == "Role" or .kind == "ClusterRole"));
def rbac: roles | map(select(.metadata.name == "droveway"));
def own($kind): of($kind) | map(select(.metadata.name == "droveway")) | one($kind);
def pod: one("Deployment").spec.template.spec;
def container: pod.containers | if length == 1 then .[0] else error("not one container") end;
def webhooks: map(select(.kind | endswith("WebhookConfiguration")).webhooks[]);
def named($name): webhooks | map(select(.name == $name)) | if length == 1 then .[0] else error("not one \($name)") end;
def excluded: [.namespaceSelector.matchExpressions[] | select(.operator == "NotIn").values[]];
def included: [.namespaceSelector.matchExpressions[] | select(.operator == "In").values[]];
def settings: of("ConfigMap") | map(select(.metadata.name | startswith("droveway-settings-"))) | one("ConfigMap");
'

check_rbac() {
  holds 'RBAC has no wildcards' '[rbac[].rules[][] | .[] | select(contains("*"))] == []'
  holds 'RBAC only allows reading' '[rbac[].rules[].verbs[]] | unique == ["get", "list", "watch"]'
  holds 'RBAC never allows pods or secrets' '[rbac[].rules[].resources[] | select(test("^(pods|secrets)(/|$)"))] == []'
  holds 'RBAC allows reading exactly the kinds that the rules read, and watching all but the VMIs' '
    [own("ClusterRole").rules[] | .apiGroups[0] as $group | .verbs as $verbs | .resources[]
     | "\(.).\($group) \($verbs | join(","))"] | sort == ([
      "hyperconvergeds.hco.kubevirt.io get,list,watch", "kubevirts.kubevirt.io get,list,watch",
      "migrationpolicies.migrations.kubevirt.io get,list,watch",
      "network-attachment-definitions.k8s.cni.cncf.io get,list,watch", "networks.config.openshift.io get,list,watch",
      "networks.operator.openshift.io get,list,watch", "ipaddresspools.metallb.io get,list,watch",
      "nodenetworkstates.nmstate.io get,list,watch", "nodes. get,list,watch",
      "servicecidrs.networking.k8s.io get,list,watch", "virtualmachineinstancemigrations.kubevirt.io get,list,watch",
      "virtualmachineinstances.kubevirt.io get,list"] | sort)'
  holds 'RBAC allows reading only two ConfigMaps, in kube-system' 'own("Role") | .metadata.namespace == "kube-system" and
    .rules == [{apiGroups: [""], resources: ["configmaps"], resourceNames: ["kubeadm-config", "cluster-config-v1"],
                verbs: ["get", "list", "watch"]}]'
  holds 'only its own service account has these permissions' '
    (roles | length) as $roles | [.[] | select(.kind | endswith("RoleBinding"))] | length == $roles and
    all((.metadata.name == "droveway-active") != (.subjects == [{kind: "ServiceAccount", name: "droveway", namespace: "droveway"}])
      and .roleRef.name == .metadata.name)'
  holds 'the switch of the webhooks is off, and only Droveway can switch it on' '
    def rules($kind; $name): of($kind) | map(select(.metadata.name == $name)) | one($kind).rules;
    rules("Role"; "droveway-active") == [{apiGroups: ["droveway.io"], resources: ["reviews"], verbs: ["serve"]}] and
    (of("RoleBinding") | map(select(.metadata.name == "droveway-active")) | length == 1 and all(has("subjects") | not)) and
    rules("Role"; "droveway-activation") == [
      {apiGroups: ["rbac.authorization.k8s.io"], resources: ["rolebindings"], resourceNames: ["droveway-active"], verbs: ["get", "update"]},
      {apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], resourceNames: ["droveway-active"], verbs: ["bind"]}] and
    rules("ClusterRole"; "droveway-activation") == [{apiGroups: ["admissionregistration.k8s.io"],
      resources: ["validatingwebhookconfigurations"], resourceNames: ["droveway"], verbs: ["get"]}]'
}
# check_settings NAMESPACE
check_settings() {
  holds "the pods get KubeVirt's namespace from the ConfigMap: $1" '
    settings as $settings | $settings.data == {KUBEVIRT_NAMESPACE: $ns} and
    container.env == [{name: "KUBEVIRT_NAMESPACE", valueFrom: {configMapKeyRef:
      {name: $settings.metadata.name, key: "KUBEVIRT_NAMESPACE"}}}] and
    (container.args | index("--kubevirt-namespace=$(KUBEVIRT_NAMESPACE)"))' --arg ns "$1"
}

check_pod() {
  holds 'the namespace enforces the restricted Pod Security Standard' '
    one("Namespace").metadata | .name == "droveway" and .labels["pod-security.kubernetes.io/enforce"] == "restricted"'
  holds 'the image has this version' 'container.image == "droveway:\($version)"' --arg version "$version"
  holds 'at least two replicas are ready during a rollout' 'one("Deployment").spec | .replicas == 2 and
    .strategy.rollingUpdate == {maxUnavailable: 0, maxSurge: 1}'
  holds 'replicas are spread over nodes' 'pod.topologySpreadConstraints[0].topologyKey == "kubernetes.io/hostname"'
  holds 'at least one replica remains during a drain, and a broken one never stops it' '
    one("PodDisruptionBudget").spec | .minAvailable == 1 and .unhealthyPodEvictionPolicy == "AlwaysAllow"'
  holds 'applying the server registers no webhook and limits no connection' '
    [webhooks[], of("NetworkPolicy")[], of("ValidatingAdmissionPolicy")[]] == []'
  holds 'Droveway switches its webhooks on' 'container.args | index("--activate=droveway-active")'
  holds 'the security context is restricted' '
    (pod.securityContext | .runAsNonRoot and .seccompProfile.type == "RuntimeDefault") and
    (container.securityContext | .allowPrivilegeEscalation == false and .readOnlyRootFilesystem and
     .capabilities == {drop: ["ALL"]}) and
    ([pod | .hostNetwork, .hostPID, .hostIPC, .volumes[].hostPath | select(.)] == [])'
  holds 'the priority is cluster-critical' 'pod.priorityClassName == "system-cluster-critical"'
  holds 'there is a memory limit but no CPU limit' 'container.resources | .limits.memory and .requests.memory and
    .requests.cpu and (.limits | has("cpu") | not)'
  # The defaults of --shutdown-delay and --shutdown-timeout.
  holds 'the grace period is long enough for preStop and shutdown' '
    container.lifecycle.preStop.exec.command as $command
    | $command[0:2] == ["/usr/bin/droveway", "sleep"] and
      pod.terminationGracePeriodSeconds >= ($command[2] | tonumber) + 10 + 25'
  holds 'the probes use HTTPS and the right paths' '
    container | [.startupProbe, .livenessProbe, .readinessProbe] | map(.httpGet | "\(.scheme) \(.path) \(.port)") ==
    ["HTTPS /livez https", "HTTPS /livez https", "HTTPS /readyz https"]'
  holds 'the Service and the disruption budget select the pods' '
    one("Deployment").spec.template.metadata.labels as $labels
    | [one("Service").spec.selector, one("PodDisruptionBudget").spec.selector.matchLabels,
       one("Deployment").spec.selector.matchLabels]
    | all(. as $wanted | $labels | contains($wanted))'
  holds 'the Service forwards port 443 to the container' '
    container.ports == [{name: "https", containerPort: 8443}, {name: "metrics", containerPort: 9443}] and
    (container.args | index("--metrics-listen=:9443")) and
    (one("Service").spec.ports | length == 2 and (.[0] | .port == 443 and .targetPort == "https") and
      (.[1] | .name == "metrics" and .port == 9443 and .targetPort == "metrics"))'
}

check_webhooks() {
  holds 'each webhook has the right kinds, operations, failure policy and timeout' '
    [webhooks[] | "\(.name): \([.rules[] | "\(.apiGroups[]) \(.apiVersions | join(",")) \(.resources[]) \(.operations
      | join(","))"] | join("; ")), \(.failurePolicy) \(.timeoutSeconds) s \(.reinvocationPolicy)"] | sort == [
    "hyperconverged.mutate.droveway.io: hco.kubevirt.io v1,v1beta1 hyperconvergeds CREATE,UPDATE, Ignore 3 s IfNeeded",
    "hyperconverged.validate.droveway.io: hco.kubevirt.io v1,v1beta1 hyperconvergeds CREATE,UPDATE, Fail 5 s null",
    "kubevirt.mutate.droveway.io: kubevirt.io v1 kubevirts CREATE,UPDATE, Ignore 3 s IfNeeded",
    "kubevirt.validate.droveway.io: kubevirt.io v1 kubevirts CREATE,UPDATE, Fail 5 s null",
    "migrationpolicy.validate.droveway.io: migrations.kubevirt.io v1alpha1 migrationpolicies CREATE,UPDATE, Ignore 5 s null",
    "nad-migration.validate.droveway.io: k8s.cni.cncf.io v1 network-attachment-definitions CREATE,UPDATE,DELETE, Fail 5 s null",
    "nad.mutate.droveway.io: k8s.cni.cncf.io v1 network-attachment-definitions CREATE,UPDATE, Ignore 3 s IfNeeded",
    "nad.validate.droveway.io: k8s.cni.cncf.io v1 network-attachment-definitions CREATE,UPDATE, Ignore 5 s null"]'
  holds 'every webhook matches equivalents, has no side effects and accepts both versions of reviews' '
    webhooks | all(.matchPolicy == "Equivalent" and .sideEffects == "None" and
                   .admissionReviewVersions == ["v1", "v1beta1"] and 
                   ([.rules[].scope] ==
                    [if .name == "migrationpolicy.validate.droveway.io" then "Cluster" else "Namespaced" end]))'
  holds 'every webhook excludes kube-system and its own namespace' '
    webhooks | map(select(.rules[0].scope == "Namespaced")) | all(excluded | index("kube-system") and index("droveway"))'
  holds 'every webhook calls the Service' '
    ($server[0] | one("Service").metadata) as $service | webhooks | all(.name as $name | .clientConfig.service ==
      {name: $service.name, namespace: $service.namespace, port: 443,
       path: (if $name | contains(".mutate.") then "/mutate" else "/validate" end)})' --slurpfile server "$work/base.json"
  holds "the webhooks know KubeVirt's namespace: $1" '
    (named("nad-migration.validate.droveway.io") | included) == [$ns] and
    (named("nad.validate.droveway.io") | excluded | index($ns)) and
    ([webhooks[] | select(.name != "nad-migration.validate.droveway.io" and has("namespaceSelector")) | included[]] == [])' \
    --arg ns "$1"
  holds 'every webhook asks first whether Droveway has switched it on' '
    ($server[0] | of("Role") | map(select(.metadata.name == "droveway-active")) | one("Role")) as $role |
    webhooks | all(.matchConditions[0] == {name: "droveway-is-active", expression: (
      "authorizer.serviceAccount(\u0027droveway\u0027, \u0027droveway\u0027).group(\u0027\($role.rules[0].apiGroups[0])\u0027)" +
      ".resource(\u0027\($role.rules[0].resources[0])\u0027).namespace(\u0027\($role.metadata.namespace)\u0027) " +
      ".check(\u0027\($role.rules[0].verbs[0])\u0027).allowed()")})' --slurpfile server "$work/base.json"
  holds 'nothing but webhooks is registered' 'map(.kind) | sort == ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]'
  holds 'no webhook has a CA, so that applying it again keeps the current one' '
    webhooks | all(.clientConfig | has("caBundle") | not)'
}
check_old() {
  holds 'no webhook has another match condition' 'webhooks | all(.matchConditions | length == 1)'
  holds 'nothing else differs from enforce' '
    . == ($other[0] | map(if .webhooks then .webhooks[].matchConditions |= .[0:1] else . end))' --slurpfile other "$1"
}

check_conditions() {
  holds 'every webhook skips updates that change nothing' '
    webhooks | all([.matchConditions[] | select(.name == "changes-what-is-checked").expression
      | startswith("request.operation != '\''UPDATE'\'' || (!has(oldObject.metadata.deletionTimestamp) && ")] == [true])'
  holds 'validation and mutation skip the same updates' '
    def condition($name): named($name).matchConditions[] | select(.name == "changes-what-is-checked").expression;
    . as $all | all("hyperconverged", "kubevirt", "nad"; . as $kind | $all
      | condition("\($kind).mutate.droveway.io") == condition("\($kind).validate.droveway.io"))
    and condition("nad.validate.droveway.io") == condition("nad-migration.validate.droveway.io")'
  holds 'objects that HyperConverged manages are not mutated' '
    [named("kubevirt.mutate.droveway.io").matchConditions[].name] | index("not-managed-by-hyperconverged")'
}

mounted_certificate() {
  holds 'certificate and policy are mounted at the paths in the arguments' '
    (container.args | index("--tls-cert=/etc/droveway/tls/tls.crt") and index("--tls-key=/etc/droveway/tls/tls.key") and
     index("--policy=/etc/droveway/policy/policy.yaml")) and
    (container.volumeMounts | map("\(.name) \(.mountPath) \(.subPath)") ==
     ["tls /etc/droveway/tls null", "policy /etc/droveway/policy null"]) and
    (pod.volumes | map(.secret.secretName // .configMap.name) == ["droveway-tls", "droveway-policy"])'
}
no_other_rbac() {
  holds 'there are no other roles' '(roles | length) == (rbac | length) + 3'
}
annotated() { # TEXT KEY VALUE
  holds "$1" '[.[] | select(.kind | endswith("WebhookConfiguration")).metadata.annotations[$key]] == [$value, $value]' \
    --arg key "$2" --arg value "$3"
}
numeric_user() {
  holds 'the user is numeric' 'pod.securityContext | .runAsUser == 65532 and .fsGroup == 65532'
}

check_base() { numeric_user; mounted_certificate; no_other_rbac; }
check_openshift() {
  mounted_certificate
  no_other_rbac
  holds 'the SCC restricted-v2 chooses user and groups' 'pod.securityContext | has("runAsUser", "runAsGroup", "fsGroup") | not'
  holds 'the service CA creates the certificate' '
    one("Service").metadata.annotations["service.beta.openshift.io/serving-cert-secret-name"] == "droveway-tls"'
}
check_cert-manager() {
  numeric_user
  mounted_certificate
  no_other_rbac
  holds 'the certificate is for the Service, and in the mounted Secret' '
    of("Certificate") | map(select(.metadata.name == "droveway"))[0].spec | .secretName == "droveway-tls" and
    (.dnsNames | index("droveway.droveway.svc"))'
  holds 'the issuer of each certificate exists' '
    [of("Issuer")[].metadata.name] as $issuers | of("Certificate") | all(.spec.issuerRef.name | IN($issuers[]))'
}
check_self-managed() {
  numeric_user
  holds 'the certificate is self-managed, and only the policy is mounted' '
    (container.args | index("--self-managed-certs") and (any(startswith("--tls-")) | not) and
     index("--policy=/etc/droveway/policy/policy.yaml")) and
    (container.volumeMounts | map("\(.name) \(.mountPath)") == ["policy /etc/droveway/policy"]) and
    (pod.volumes | map(.configMap.name) == ["droveway-policy"])'
  holds 'the Secret has no data, so that applying it again keeps its contents' '
    one("Secret") | .metadata.name == "droveway-tls" and .metadata.namespace == "droveway" and
    (has("data") or has("stringData") | not)'
  holds 'RBAC also allows writing its own Secret and its own webhook configurations' '
    roles | map(select(.metadata.name == "droveway-certificates")) | map({(.kind): .rules}) | add == {
      Role: [{apiGroups: [""], resources: ["secrets"], resourceNames: ["droveway-tls"], verbs: ["get", "update"]}],
      ClusterRole: [{apiGroups: ["admissionregistration.k8s.io"],
                     resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
                     resourceNames: ["droveway"], verbs: ["get", "update"]}]}'
}
# Checks what the component adds to $1, and that the Prometheus operator finds the Service with it.
monitored() {
  holds "the component adds only a ServiceMonitor, alert rules and a dashboard to $1" '
    def added: .kind == "ServiceMonitor" or .kind == "PrometheusRule" or .metadata.name == "droveway-dashboard";
    map(select(added | not)) == $other[0] and
    (map(select(added) | .kind) | sort) == ["ConfigMap", "PrometheusRule", "ServiceMonitor"]' --slurpfile other "$work/$1.json"
  holds 'the ServiceMonitor selects the Service and one of its ports' '
    one("Service") as $service | one("ServiceMonitor").spec
    | .selector.matchLabels as $wanted | ($service.metadata.labels | contains($wanted)) and
      .namespaceSelector.matchNames == [$service.metadata.namespace] and
      (.endpoints | length == 1 and (.[0].port | IN($service.spec.ports[].name)) and .[0].scheme == "https" and
       .[0].tlsConfig.serverName == "\($service.metadata.name).\($service.metadata.namespace).svc")'
  holds 'the dashboard is JSON with the label for the sidecar' '
    of("ConfigMap") | map(select(.metadata.name == "droveway-dashboard")) | .[0]
    | .metadata.labels.grafana_dashboard == "1" and (.data["droveway.json"] | fromjson | .panels | length > 10)'
}

# KubeVirt's namespace in each overlay, and the annotation by which the CA gets into its webhooks.
declare -A namespaces=([base]=kubevirt-hyperconverged [cert-manager]=kubevirt-hyperconverged [openshift]=openshift-cnv
  [self-managed]=kubevirt-hyperconverged)
declare -A injected=([cert-manager]='cert-manager.io/inject-ca-from droveway/droveway'
  [openshift]='service.beta.openshift.io/inject-cabundle true')
folders=(manifests/base manifests/overlays/*/)
for folder in "${folders[@]}"; do
  build "$folder" "$work/$(basename "$folder").json"
done
for folder in "${folders[@]}"; do
  name=$(basename "$folder")
  file=$work/$name.json
  check_rbac
  check_pod
  check_settings "${namespaces[$name]}"
  "check_$name"
  [ "$name" != base ] || continue
  for step in enforce enforce-pre-1.30; do
    file=$work/$name-$step.json
    build "$folder/$step" "$file"
    check_webhooks "${namespaces[$name]}"
    # shellcheck disable=SC2086 # key and value
    [ -z "${injected[$name]:-}" ] || annotated 'the CA is put into the webhooks' ${injected[$name]}
  done
  check_old "$work/$name-enforce.json"
  file=$work/$name-enforce.json
  check_conditions
done

cp -R manifests "$work/manifests"
# with NAME RESOURCES COMPONENTS: builds $file, of a kustomization.yaml with these folders of manifests/.
with() {
  mkdir -p "$work/manifests/with"
  printf '%s\n' 'apiVersion: kustomize.config.k8s.io/v1beta1' 'kind: Kustomization' "resources: [../$2]" "components: [../$3]" \
    >"$work/manifests/with/kustomization.yaml"
  file=$work/$1.json
  build "$work/manifests/with" "$file"
}

with self-managed-monitored overlays/self-managed components/monitoring
monitored self-managed
holds 'the CA comes from the Secret' '
  one("ServiceMonitor").spec.endpoints[0].tlsConfig.ca == {secret: {name: "droveway-tls", key: "ca.crt"}}'
with openshift-monitored overlays/openshift components/monitoring-openshift
holds "OpenShift's console finds its dashboard" '
  of("ConfigMap") | map(select(.metadata.namespace == "openshift-config-managed")) | one("ConfigMap")
  | .metadata.labels["console.openshift.io/dashboard"] == "true" and (.data | length == 1) and
    (.data["droveway.json"] | fromjson | .title == "Droveway" and (.rows | length > 3))'
jq 'map(select(.metadata.name != "droveway-console-dashboard"))' "$file" >"$work/without.json" && mv "$work/without.json" "$file"
monitored openshift
holds 'the CA is the service CA' '
  one("ServiceMonitor").spec.endpoints[0].tlsConfig.ca == {configMap: {name: "openshift-service-ca.crt", key: "service-ca.crt"}}'

with network-policy base components/network-policy
holds 'the component network-policy selects the pods, and admits reviews, probes and metrics' '
  one("Deployment").spec.template.metadata.labels as $labels | one("NetworkPolicy").spec
  | .podSelector.matchLabels as $wanted | ($labels | contains($wanted)) and
    .ingress == [{ports: [{port: 8443, protocol: "TCP"}]}, {ports: [{port: 9443, protocol: "TCP"}]}]'
holds 'it adds nothing else' 'map(select(.kind != "NetworkPolicy")) == $other[0]' --slurpfile other "$work/base.json"

for name in base self-managed; do
  folder=overlays/$name
  [ "$name" != base ] || folder=base
  with "$name-client-ca" "$folder" components/client-ca
  holds 'the component client-ca only adds the option and mounts the CA' '
    . == ($other[0] | map(if .kind == "Deployment" then .spec.template.spec |= (
      .containers[0].args += ["--client-ca=/etc/droveway/client-ca/ca.crt"] |
      .containers[0].volumeMounts += [{name: "client-ca", mountPath: "/etc/droveway/client-ca", readOnly: true}] |
      .volumes += [{name: "client-ca", configMap: {name: "droveway-client-ca"}}]) else . end))' \
    --slurpfile other "$work/$name.json"
done

# The example of a user's own folders, with this tree as the remote repository.
example() { # SED-COMMAND: builds both steps of the example, changed by it
  rm -rf "$work/mine"
  cp -R examples/kustomize "$work/mine"
  find "$work/mine" -name kustomization.yaml -exec sed -i.bak -e "s|https://git.example.com/infra/droveway.git//|file://$work/remote//|" -e "$1" {} +
  for step in server enforce; do build "$work/mine/$step" "$work/mine-$step.json"; done
}
mkdir "$work/remote"
cp -R manifests "$work/remote/manifests"
(
  cd "$work/remote"
  export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.com \
    GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.com
  git init -q && git add manifests && git commit -q -m manifests && git tag "v$version"
)
# own OVERLAY NAMESPACE: the example, with this overlay and namespace
own() {
  example "s|overlays/cert-manager|overlays/$1|; s|KUBEVIRT_NAMESPACE=kubevirt-hyperconverged|KUBEVIRT_NAMESPACE=$2|"
  file=$work/mine-server.json
  check_settings "$2"
  holds 'the image and the policy are those of the component settings' '
    container.image == "registry.example.com/infra/droveway@sha256:" + "0" * 64 and
    ([.. | objects | select(.kind == "ConfigMap" and .metadata.name == "droveway-policy").data["policy.yaml"]
      | contains("gateway-in-pool: warn")] == [true])'
  file=$work/mine-enforce.json
  check_webhooks "$2"
}
own cert-manager kubevirt-hyperconverged
own openshift kubevirt
own self-managed openshift-cnv

# The components for the time when no replica answers.
with fail-open overlays/openshift/enforce components/fail-open
holds 'the component fail-open changes only the failure policies, all to Ignore' '
  . == ($other[0] | map(if .webhooks then .webhooks[].failurePolicy = "Ignore" else . end))' \
  --slurpfile other "$work/openshift-enforce.json"
# check_policies NAMESPACE
check_policies() {
  holds "the policies know KubeVirt's namespace: $1" '
    [of("ValidatingAdmissionPolicy")[].spec.variables[] | select(.name == "kubevirtNamespace").expression] ==
    ["\u0027\($ns)\u0027", "\u0027\($ns)\u0027", "\u0027\($ns)\u0027"]' --arg ns "$1"
  holds 'an error in a policy never denies' 'of("ValidatingAdmissionPolicy") | length == 5 and all(.spec.failurePolicy == "Ignore")'
  holds "each policy has a binding, and depends on Droveway's policy" '
    (of("ValidatingAdmissionPolicy") | map(.metadata.name)) as $names |
    of("ValidatingAdmissionPolicyBinding") | (map(.spec.policyName) == $names) and all(.spec.validationActions == ["Deny"] and
      .spec.paramRef == {namespace: "droveway", name: "droveway-policy", parameterNotFoundAction: "Allow"})'
  holds 'every policy excludes kube-system and the namespace droveway' '
    of("ValidatingAdmissionPolicy") | map(.spec.matchConstraints | select(.resourceRules[0].scope == "Namespaced")) |
    length == 4 and all(excluded == ["droveway", "kube-system"])'
  holds 'every step that reads a configuration is the same' '
    of("ValidatingAdmissionPolicy") | map(select(.metadata.name == "droveway-network-attachment-definition")) | .[0].spec.variables |
    map(select(.name | test("^read[1-8]$"))) | length == 8 and
    (to_entries | map(.key as $key | .value.expression | sub("read\($key)"; "")) | unique | length == 1)'
}
for name in openshift openshift-enforce; do
  with "$name-policies" "overlays/${name/-/\/}" components/admission-policy
  check_policies openshift-cnv
  holds 'the component admission-policy adds nothing but the policies and their bindings' '
    map(select(.kind | startswith("ValidatingAdmissionPolicy") | not)) == $other[0]' --slurpfile other "$work/$name.json"
done
file=$work/without-server.json
build manifests/without-server "$file"
check_policies kubevirt-hyperconverged
holds 'without a server, there is only the namespace and the ConfigMap in addition' '
  map(select(.kind | startswith("ValidatingAdmissionPolicy") | not) | "\(.kind) \(.metadata.name)") |
  sort == ["ConfigMap droveway-policy", "Namespace droveway"]'

# The components that write into the cluster, with each overlay.
# writing COMPONENT RULES: it adds a ClusterRole with RULES, bound to Droveway's service account, and the option --COMPONENT
writing() {
  holds "the component $1 allows only what it needs" '
    map(select(.kind == "ClusterRole" and .metadata.name == "droveway-\($component)")) | length == 1 and .[0].rules == $rules' \
    --arg component "$1" --argjson rules "$2"
  holds 'only its own service account has these permissions' '
    map(select(.kind == "ClusterRoleBinding" and .metadata.name == "droveway-\($component)")) | length == 1 and
    .[0].subjects == [{kind: "ServiceAccount", name: "droveway", namespace: "droveway"}] and
    .[0].roleRef.kind == "ClusterRole" and .[0].roleRef.name == "droveway-\($component)"' --arg component "$1"
  holds "nothing else differs, except for --$1" '
    map(select(.metadata.name != "droveway-\($component)")) == ($other[0] | map(if .kind == "Deployment"
      then .spec.template.spec.containers[0].args += ["--\($component)"] else . end))' \
    --arg component "$1" --slurpfile other "$work/$name.json"
}
for component in events policy-reports; do
  for folder in "${folders[@]}"; do
    name=$(basename "$folder")
    with "$name-$component" "${folder#manifests/}" "components/$component"
    if [ "$component" = events ]; then
      writing events '[{"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]}]'
    else
      writing policy-reports '[
        {"apiGroups": ["wgpolicyk8s.io"], "resources": ["policyreports", "clusterpolicyreports"], "verbs": ["list", "create"]},
        {"apiGroups": ["wgpolicyk8s.io"], "resources": ["policyreports", "clusterpolicyreports"],
         "resourceNames": ["droveway"], "verbs": ["patch", "delete"]}]'
    fi
  done
done

if [ -x "$droveway" ]; then
  file=$work/base.json
  status=0
  "$droveway" rules --policy manifests/base/policy.yaml >/dev/null || status=1
  verdict $status 'droveway accepts the policy'
  help=$("$droveway" serve --help)
  for option in $(jq -r "$library container.args[] | select(startswith(\"--\")) | sub(\"=.*\"; \"\")" "$work"/base-{events,policy-reports}.json); do
    status=0
    grep -q -e "$option " <<<"$help" || status=1
    verdict $status "droveway serve knows $option"
  done
fi

if [ "$failures" -gt 0 ]; then
  echo "manifests: $failures of $checks checks failed" >&2
  exit 1
fi
echo "manifests: ${#folders[@]} builds, $checks checks"
