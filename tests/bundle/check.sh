#!/usr/bin/env bash
# Writes the OLM bundle, validates it with operator-framework's validators, and compares it with the objects that kustomize builds.
# Then it breaks the bundle, and each check must notice. Needs kubectl ($KUBECTL), jq, and Go for the first run. With a bundle as
# argument, it only checks that one.
# shellcheck disable=SC2016 # the dollars in single quotes are for jq
set -euo pipefail
cd "$(dirname "$0")/../.."
kubectl=${KUBECTL:?set KUBECTL to the kubectl to use}
export KUBECTL=$kubectl
validate=$(tests/bundle/assets.sh)/validate
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-bundle.XXXXXX")
trap 'rm -rf "$work"' EXIT
image=registry.example.com/infra/droveway@sha256:$(printf droveway | sha256sum | cut -c1-64)
checks=0 failures=0

json() { python3 -c 'import json, sys, yaml; json.dump([item for file in sys.argv[1:] for item in yaml.safe_load_all(open(file))], sys.stdout)' "$@"; }
fail() {
  failures=$((failures + 1))
  echo "bundle: check failed: $1" >&2
}
# holds TEXT FILTER: FILTER must be true for {csv, objects (other manifests of the bundle), server, registration (of kustomize)}.
# compare() runs all of them in one program.
holds() {
  checks=$((checks + 1))
  filters+="if (try ($2) catch false) then empty else $(jq -n --arg text "$1" '$text') end,
"
}

library='
def one($kind; $name): map(select(.kind == $kind and .metadata.name == $name)) | if length == 1 then .[0] else error("not one \($kind) \($name)") end;
def flat: [.[] | .apiGroups[] as $group | .resources[] as $resource | .verbs[] as $verb | (.resourceNames // [""])[] as $name
  | "\($verb) \($resource).\($group) \($name)"] | sort;
def spec: .csv.spec.install.spec;
def installed: spec.deployments | if length == 1 then .[0] else error("not one Deployment") end;
def container: .template.spec.containers[0];
def without_differences: del(.template.spec.containers[0] | .image, .args, .env)
  | .template.spec.volumes |= map(select(.name != "tls")) | .template.spec.containers[0].volumeMounts |= map(select(.name != "tls"));
def definitions: .csv.spec.webhookdefinitions;
def configured: [.registration[] | select(.kind | endswith("WebhookConfiguration")) | (.kind | sub("WebhookConfiguration"; "")) as $type
  | .webhooks[] | . + {$type}];
def common: {rules, matchPolicy, sideEffects, timeoutSeconds, admissionReviewVersions, reinvocationPolicy};
def settings: del(.metadata.namespace, .metadata.annotations);
'

version=$(sed -n 's/^VERSION *:= *//p' Makefile)
filters=''
holds 'the Deployment is that of kustomize, except for image, arguments, environment and the certificate' '
  (.server | one("Deployment"; "droveway")) as $wanted | installed.name == "droveway" and installed.label == $wanted.metadata.labels
  and (installed.spec | without_differences) == ($wanted.spec | without_differences)'
holds 'the arguments are those of kustomize, with the certificate from OLM and without the gate' '
  (installed.spec | container.args) == [.server | one("Deployment"; "droveway").spec | container.args[]
    | select(startswith("--activate=") | not) | sub("^(?<option>--tls-(cert|key)=)/etc/droveway/tls/"; "\(.option)/tmp/k8s-webhook-server/serving-certs/")]'
holds "KubeVirt's namespace is a variable that a Subscription can set" '
  (installed.spec | container.env) == [{name: "KUBEVIRT_NAMESPACE", value: "openshift-cnv"}] and
  (installed.spec | container.args | index("--kubevirt-namespace=$(KUBEVIRT_NAMESPACE)"))'
holds 'the image has a digest, and is the only one of the bundle' '
  (installed.spec | container.image) as $image | ($image | test("@sha256:[0-9a-f]{64}$")) and
  .csv.spec.relatedImages == [{name: "droveway", image: $image}] and .csv.metadata.annotations.containerImage == $image'
holds 'the permissions are those of kustomize, without those for the gate' '
  (spec.permissions // []) == [] and (spec.clusterPermissions | length == 1 and .[0].serviceAccountName == "droveway") and
  (spec.clusterPermissions[0].rules | flat) == ([.server[]
    | select((.kind == "ClusterRole" or .kind == "Role") and (.metadata.name | startswith("droveway-activ") | not)).rules[]] | flat)'
holds 'the service account is that of the Deployment' 'installed.spec.template.spec.serviceAccountName == "droveway"'
holds 'the webhooks are those of kustomize; one of the two for NADs serves all namespaces' '
  [definitions[] | common + {type: (.type | sub("AdmissionWebhook"; "")), name: .generateName, path: .webhookPath}] == [configured[]
    | select(.name != "nad.validate.droveway.io") | common + {type, name: (.name | sub("^nad-migration\\."; "nad.")), path: .clientConfig.service.path}]'
holds 'the webhook for the NADs of all namespaces is sent whatever kustomize sends for any of them' '
  ([definitions[] | select(.generateName == "nad.validate.droveway.io").rules[].operations[]] | unique) as $sent |
  [configured[] | select(.name | test("^nad(-migration)?\\.validate")) | common] | length == 2 and
  (map(del(.rules[].operations)) | .[0] == .[1]) and
  ([.[].rules[0].operations[]] | unique) == $sent'
holds 'every webhook fails open and calls the container' '
  (installed.spec | [container.ports[].name]) as $ports | definitions | length > 0 and all(.failurePolicy == "Ignore" and
    .deploymentName == "droveway" and .containerPort == 443 and (.targetPort | IN($ports[])))'
holds 'each match condition of kustomize is one that the bundle can do without' '
  [configured[].matchConditions[].name] | unique - ["changes-what-is-checked", "droveway-is-active", "not-managed-by-hyperconverged"] == []'
holds 'objects that HyperConverged manages are not mutated' '
  [definitions[] | select(.objectSelector).generateName] ==
  [configured[] | select(any(.matchConditions[]; .name == "not-managed-by-hyperconverged")).name] and
  ([definitions[].objectSelector // empty] | unique == [{matchExpressions: [{key: "app.kubernetes.io/managed-by", operator: "NotIn", values: ["hco-operator"]}]}])'
holds 'only all namespaces can be watched' '
  [.csv.spec.installModes[] | select(.supported).type] == ["AllNamespaces"] and (.csv.spec.installModes | length == 4)'
holds 'no kind has to exist before Droveway' '.csv.spec | (has("customresourcedefinitions") or has("apiservicedefinitions") or has("nativeAPIs")) | not'
holds 'the other objects are the policy, the budget and the Service for metrics' '
  . as $all | ([.objects[] | "\(.kind) \(.metadata.name)"] | sort) == ["ConfigMap droveway-policy", "PodDisruptionBudget droveway", "Service droveway"] and
  all("PodDisruptionBudget", "Service", "ConfigMap"; . as $kind | (if $kind == "ConfigMap" then "droveway-policy" else "droveway" end) as $name
    | ($all.objects | one($kind; $name)) == ($all.server | one($kind; $name) | settings
      | if $kind == "Service" then .spec.ports |= map(select(.name == "metrics")) else . end))'
holds 'the version is that of the Makefile' ".csv | .spec.version == \"$version\" and .metadata.name == \"droveway.v$version\" and
  .metadata.annotations[\"olm.skipRange\"] == \"<$version\""

# Compares the bundle in FOLDER with the output of kustomize in $work.
compare() {
  jq -n --slurpfile csv <(json "$1/manifests/droveway.clusterserviceversion.yaml") --slurpfile bundle <(json "$1"/manifests/*) \
    --slurpfile server <(json "$work/server.yaml") --slurpfile registration <(json "$work/webhooks.yaml") \
    '{csv: $csv[0][0], objects: [$bundle[0][] | select(.kind != "ClusterServiceVersion")], server: $server[0], registration: $registration[0]}' \
    >"$work/all.json"
  jq -r "$library $filters empty" "$work/all.json" >"$work/failed"
  while read -r text; do fail "$text"; done <"$work/failed"
  cmp -s <(sed -n 's/^LABEL \(.*\)=\(.*\)/\1: \2/p' "$1/Containerfile") <(sed -n 's/^  \([^#]*: .*\)/\1/p' "$1/metadata/annotations.yaml") ||
    fail 'the labels of the Containerfile are the annotations'
}
# Runs the validators on the bundle in FOLDER.
valid() {
  "$validate" "$1" >"$work/validators" || { cat "$work/validators" >&2; fail 'the validators accept the bundle'; }
}

"$kubectl" kustomize manifests/overlays/openshift >"$work/server.yaml"
"$kubectl" kustomize manifests/overlays/openshift/enforce >"$work/webhooks.yaml"
if [ $# -gt 0 ]; then
  compare "$1"
  valid "$1"
  [ "$failures" -eq 0 ] || exit 1
  cat "$work/validators"
  exit 0
fi

IMAGE=$image SOURCE_DATE_EPOCH=1700000000 bundle/generate.sh "$work/bundle" >/dev/null
compare "$work/bundle"
valid "$work/bundle"
cat "$work/validators"
[ "$failures" -eq 0 ] || { echo "bundle: $failures of $checks checks failed" >&2; exit 1; }

# The same input gives the same bundle.
IMAGE=$image SOURCE_DATE_EPOCH=1700000000 bundle/generate.sh "$work/again" >/dev/null
diff -r "$work/bundle" "$work/again"

# Only an image with a digest is accepted.
for name in '' registry.example.com/infra/droveway:0.1.0 registry.example.com/infra/droveway@sha256:abc; do
  if IMAGE=$name bundle/generate.sh "$work/again" 2>"$work/error"; then fail "IMAGE \"$name\" was accepted"; fi
  grep -q 'use NAME@sha256:DIGEST' "$work/error" || fail "IMAGE \"$name\" has no clear error"
done

# noticed CHECK TEXT FILE SED: after this change of FILE, CHECK must fail and say TEXT.
noticed() {
  local check=$1 before=$failures
  shift
  rm -rf "$work/again"
  cp -r "$work/bundle" "$work/again"
  sed -i "$3" "$work/again/$2"
  if cmp -s "$work/bundle/$2" "$work/again/$2"; then fail "the mistake \"$1\" changes nothing"; fi
  "$check" "$work/again" 2>"$work/error"
  [ "$failures" -gt "$before" ] || echo 'nothing' >"$work/error"
  failures=$before
  grep -qF "$1" "$work/error" || fail "expected the report \"$1\", but got: $(cat "$work/error")"
  mistakes=$((mistakes + 1))
}
mistakes=0 csv=manifests/droveway.clusterserviceversion.yaml
noticed compare 'the Deployment is that of kustomize' $csv 's/replicas: 2/replicas: 1/'
noticed compare 'the arguments are those of kustomize' $csv 's/--metrics-listen=:9443/--metrics-listen=:9444/'
noticed compare 'the permissions are those of kustomize' $csv 's/- nodes$/- pods/'
noticed compare 'the webhooks are those of kustomize' $csv 's/- migrationpolicies$/- migrationpolicys/'
noticed compare 'every webhook fails open' $csv '0,/failurePolicy: Ignore/s//failurePolicy: Fail/'
noticed compare 'the image has a digest' $csv 's/^\( *\)image: .*/\1image: registry.example.com\/infra\/droveway:latest/'
noticed compare 'the other objects are' manifests/droveway_v1_service.yaml 's/9443/9444/'
noticed compare 'the version is that of the Makefile' $csv 's/^  version: .*/  version: 99.0.0/'
noticed compare 'the labels of the Containerfile' Containerfile 's/=stable/=fast/'
noticed valid 'csv.Metadata.Annotations.Capabilities' $csv 's/Seamless Upgrades/Seamless Upgrade/'
noticed valid 'csv.Metadata.Annotations["categories"]' $csv 's/categories: .*/categories: Networks/'
noticed valid 'csv.Spec.Icon' $csv 's/mediatype: .*/mediatype: image\/x-icon/'
noticed valid 'csv.Spec.MinKubeVersion' $csv 's/minKubeVersion: .*/minKubeVersion: v1.28/'
noticed valid 'unable to find the resource requests' $csv 's/requests:/limit:/'
noticed valid 'none of InstallModeTypes are supported' $csv 's/supported: true/supported: false/'
noticed valid 'channel(s) ["edge"]' metadata/annotations.yaml 's/: stable/: edge/'
noticed valid 'maxUnavailable field cannot be set to 0' manifests/droveway_policy_v1_poddisruptionbudget.yaml 's/minAvailable: 1/maxUnavailable: 0/'
noticed valid 'example must have a provided API' $csv "s/alm-examples: .*/alm-examples: '[{\"apiVersion\": \"kubevirt.io\/v1\", \"kind\": \"KubeVirt\"}]'/"

[ "$failures" -eq 0 ] || { echo "bundle: $failures checks failed" >&2; exit 1; }
echo "bundle: $checks checks, $mistakes mistakes noticed"
