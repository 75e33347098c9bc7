The component client-ca: only the API server can send reviews, and forgetting its CA blocks nothing. The files for the API server
are those of docs/operations.md, with the paths of this test.

  $ . "$E2E/scenario.sh"; . "$E2E/node.sh"
  $ kubectl create namespace kubevirt-hyperconverged >/dev/null 2>&1; ns=kubevirt-hyperconverged
  $ empty >/dev/null 2>&1
  $ objects base | jq -r 'select(.kind == "Deployment").spec.template.spec.containers[0].image' >"$E2E_WORK/registry"
  $ documented() { awk -v file="# $1" '$0 ~ "^    " file {on = 1; next} /^    # / || !/^(    |$)/ {on = 0} on' "$REPOSITORY/docs/operations.md" | sed -e 's/^    //' -e "s|/etc/kubernetes/droveway|$PWD|g"; }
  $ openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client-ca.key -out client-ca.crt -subj '/CN=Droveway clients' -days 3650 2>/dev/null
  $ openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -out client.csr -subj /CN=kube-apiserver 2>/dev/null
  $ echo extendedKeyUsage=clientAuth >client.ext; openssl x509 -req -in client.csr -CA client-ca.crt -CAkey client-ca.key -CAcreateserial -extfile client.ext -days 3650 -out client.crt 2>/dev/null

The API server gets its certificate first. A webhook that does not ask for it works as before.

  $ documented /etc/kubernetes/droveway/admission.yaml >admission.yaml; documented /etc/kubernetes/droveway/webhooks.yaml >webhooks.yaml
  $ stop apiserver KILL; API_OPTIONS="--admission-control-config-file $PWD/admission.yaml" start_apiserver
  $ mkdir server; ln -s "$REPOSITORY/manifests" manifests
  $ cat >server/kustomization.yaml <<END
  > resources: [../manifests/overlays/self-managed]
  > components: [../manifests/components/client-ca]
  > END
  $ kubectl apply -k "$REPOSITORY/manifests/overlays/self-managed" >/dev/null; rollout
  deployment "droveway" successfully rolled out
  $ kubectl apply -k "$REPOSITORY/manifests/overlays/self-managed/$ENFORCE" >/dev/null; until_true 20 denied $ns
  $ anybody() { curl -sk -H 'Content-Type: application/json' -d '{}' "https://$(address_of droveway):8443/validate"; }

Without the ConfigMap the new pods don't start; the old ones go on.

  $ kubectl apply -k server >/dev/null; start_pod third "$(address_of droveway)"
  MountVolume.SetUp failed for volume "client-ca" : configmap "droveway-client-ca" not found
  [1]
  $ denied $ns && nothing_blocked $ns
  nothing is blocked

With it, the API server's reviews are answered, and no others.

  $ kubectl -n droveway create configmap droveway-client-ca --from-file=ca.crt=client-ca.crt
  configmap/droveway-client-ca created
  $ stop_pods; rollout
  deployment "droveway" successfully rolled out
  $ until_true 20 denied $ns; nothing_blocked $ns
  nothing is blocked
  $ anybody
  only clients with a certificate from the CA in --client-ca can send reviews; see "Only the API server" in docs/operations.md

An API server without the certificate is rejected, and the message says why.

  $ stop apiserver KILL; start_apiserver
  $ wrong $ns 2>&1 | grep -o 'failed to call webhook: .*'
  failed to call webhook: only clients with a certificate from the CA in --client-ca can send reviews; see "Only the API server" in docs/operations.md
  $ empty >/dev/null 2>&1; back_to_normal >/dev/null 2>&1
