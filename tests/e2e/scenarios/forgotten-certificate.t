Whoever issues the certificate, or puts its CA into the webhooks, may be late or never do it: nothing is blocked.

  $ . "$E2E/scenario.sh"; . "$E2E/node.sh"
  $ kubectl create namespace kubevirt-hyperconverged >/dev/null 2>&1 || true
  $ empty >/dev/null 2>&1
  $ objects base | jq -r 'select(.kind == "Deployment").spec.template.spec.containers[0].image' >"$E2E_WORK/registry"

With cert-manager's overlay. Without its CRDs kubectl says so, and only the certificate is missing.

  $ ns=kubevirt-hyperconverged overlay=$REPOSITORY/manifests/overlays/cert-manager
  $ kubectl apply -k "$overlay" 2>&1 >/dev/null | sed 's/from .*: no/from FILE: no/' | grep -c 'no matches for kind'
  4
  $ crd() { printf '{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "%ss.cert-manager.io"}, "spec": {"group": "cert-manager.io", "scope": "Namespaced", "names": {"kind": "%s", "plural": "%ss"}, "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}' "$1" "$2" "$1"; }
  $ for kind in Issuer Certificate; do crd "${kind,,}" "$kind" | kubectl apply -f -; done
  customresourcedefinition.apiextensions.k8s.io/issuers.cert-manager.io created
  customresourcedefinition.apiextensions.k8s.io/certificates.cert-manager.io created
  $ until_true 20 kubectl apply -k "$overlay"
  $ rollout
  MountVolume.SetUp failed for volume "tls" : secret "droveway-tls" not found
  [1]
  $ kubectl apply -k "$overlay/$ENFORCE" >/dev/null; sleep 1; nothing_blocked $ns
  nothing is blocked

The certificate is there, but nobody puts its CA into the webhooks: they stay off, and the pods say so.

  $ issue; rollout
  deployment "droveway" successfully rolled out
  $ sleep 6; nothing_blocked $ns
  nothing is blocked
  $ curl -sk "https://$(address_of droveway):8443/readyz?verbose" | grep activation
  [!]activation: waiting for the CA: webhook hyperconverged.validate.droveway.io has no caBundle yet

The CA of something else does not count either.

  $ mv "$E2E_WORK/issued" "$E2E_WORK/right"; "$DROVEWAY" certs --dir "$E2E_WORK/issued" --dns droveway.droveway.svc >/dev/null
  $ inject cert-manager.io/inject-ca-from
  $ sleep 6; nothing_blocked $ns
  nothing is blocked
  $ curl -sk "https://$(address_of droveway):8443/readyz?verbose" | grep activation
  [!]activation: waiting for the CA: the caBundle of webhook hyperconverged.validate.droveway.io does not belong to the serving certificate: it does not verify: unable to get local issuer certificate

With the right one they are active. An outage fails closed.

  $ rm -r "$E2E_WORK/issued"; mv "$E2E_WORK/right" "$E2E_WORK/issued"; inject cert-manager.io/inject-ca-from
  $ until_true 20 denied $ns; nothing_blocked $ns
  nothing is blocked
  $ curl -sk "https://$(address_of droveway):8443/readyz?verbose" | grep activation
  [+]activation: active
  $ stop_pods; fails_closed $ns
  failed calling webhook "nad-migration.validate.droveway.io"

On OpenShift, the same with its service CA, in its namespace.

  $ empty >/dev/null 2>&1; ns=openshift-cnv overlay=$REPOSITORY/manifests/overlays/openshift
  $ kubectl apply -k "$overlay/$ENFORCE" >/dev/null; kubectl apply -k "$overlay" >/dev/null; rollout
  MountVolume.SetUp failed for volume "tls" : secret "droveway-tls" not found
  [1]
  $ nothing_blocked $ns
  nothing is blocked
  $ issue; rollout; sleep 6; nothing_blocked $ns
  deployment "droveway" successfully rolled out
  nothing is blocked
  $ inject service.beta.openshift.io/inject-cabundle; until_true 20 denied $ns; nothing_blocked $ns
  nothing is blocked

Uninstalled in the wrong order, and without RBAC:

  $ kubectl delete -k "$overlay" --wait=false >/dev/null; stop_pods; delete_namespace; nothing_blocked $ns
  nothing is blocked

  $ back_to_normal >/dev/null 2>&1; kubectl delete crd issuers.cert-manager.io certificates.cert-manager.io >/dev/null
