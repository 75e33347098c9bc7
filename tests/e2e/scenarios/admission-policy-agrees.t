The ValidatingAdmissionPolicies never deny what the webhook allows, in all payloads, examples and reports of the tests, in the
configurations of the laboratory and the fuzzers, and in 1,000 of these with a random mistake (policies.py). Here they don't read
Droveway's policy, which is empty.
Needs Kubernetes 1.30: there is no ValidatingAdmissionPolicy v1 before.

  $ . "$E2E/scenario.sh"
  $ kubectl delete validatingwebhookconfiguration droveway
  validatingwebhookconfiguration.admissionregistration.k8s.io "droveway" deleted
  $ cp -r "$REPOSITORY/manifests" . && mkdir manifests/mine
  $ printf 'resources: [../overlays/openshift/enforce]\ncomponents: [../components/admission-policy]\n' >manifests/mine/kustomization.yaml
  $ REPOSITORY=$PWD objects mine | jq -c 'select(.kind | startswith("ValidatingAdmissionPolicy")) | del(.spec.paramKind, .spec.paramRef) |
  >   (.spec.variables[]? | select(.name == "policy").expression) = "\u0027\u0027"' >policies.json
  $ export POLICIES=$PWD/policies.json
  $ cd "$REPOSITORY" && python3 tests/e2e/policies.py 1 1000 tests/payloads tests/reports tests/manifests tests/lab/corpus tests/data examples \
  >   src/rules/explanations fuzz/corpus/cni fuzz/corpus/fix fuzz/crashers/cni 2>"$E2E_WORK/policies.log"
  0 contradictions
  $ kubectl delete -f "$POLICIES" >/dev/null
  $ install_webhooks . >/dev/null
  $ until_true 10 refused
