Only the API server can send reviews: --client-ca requires its certificate, which is set in an AdmissionConfiguration.

  $ . "$E2E/scenario.sh"
  $ openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client-ca.key -out client-ca.crt -subj /CN=webhook-clients -days 1 2>/dev/null
  $ openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -out client.csr -subj /CN=kube-apiserver 2>/dev/null
  $ echo extendedKeyUsage=clientAuth >ext; openssl x509 -req -in client.csr -CA client-ca.crt -CAkey client-ca.key -CAcreateserial -extfile ext -days 1 -out client.crt 2>/dev/null
  $ stop droveway; start_droveway --client-ca "$PWD/client-ca.crt"

Without the certificate, the API server is rejected, and so is the write.

  $ nad migration-a 10.200.5.0/24 | kubectl create -f - 2>&1 | sed "s/:$WEBHOOK_PORT/:PORT/"
  Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "nad-migration.validate.droveway.io": failed to call webhook: only clients with a certificate from the CA in --client-ca can send reviews; see "Only the API server" in docs/operations.md
  $ curl -s --cacert "$E2E_WORK/pki/ca.crt" -H 'Content-Type: application/json' -d '{}' "https://localhost:$WEBHOOK_PORT/validate"
  only clients with a certificate from the CA in --client-ca can send reviews; see "Only the API server" in docs/operations.md
  $ curl -s --cacert "$E2E_WORK/pki/ca.crt" "https://localhost:$WEBHOOK_PORT/readyz"
  ok

With the certificate:

  $ cat >webhooks.kubeconfig <<END
  > apiVersion: v1
  > kind: Config
  > users:
  > - name: localhost:$WEBHOOK_PORT
  >   user: {client-certificate: $PWD/client.crt, client-key: $PWD/client.key}
  > END
  $ cat >admission.yaml <<END
  > apiVersion: apiserver.config.k8s.io/v1
  > kind: AdmissionConfiguration
  > plugins:
  > - name: ValidatingAdmissionWebhook
  >   configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: $PWD/webhooks.kubeconfig}
  > - name: MutatingAdmissionWebhook
  >   configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: $PWD/webhooks.kubeconfig}
  > END
  $ stop apiserver KILL; API_OPTIONS="--admission-control-config-file $PWD/admission.yaml" start_apiserver
  $ until_true 30 eval 'nad migration-a 10.200.5.0/24 | kubectl create -f -'
  $ nad migration-b 10.200.5.0/24 | kubectl create -f -
  The NetworkAttachmentDefinition "migration-b" is invalid: spec.config.ipam.range: Invalid value: "10.200.5.0/24": overlaps 10.200.5.0/24 of migration network openshift-cnv/migration-a (shared: 10.200.5.1-10.200.5.254); choose a range outside it [overlap-network]
  [1]

A review that somebody else sends does not count as admitted: its network is still free. Without --client-ca it counts for ten
seconds.

  $ forged() { nad "$1" "$2" | kubectl create --dry-run=client -f - -o json | jq '{apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: {uid: "1", kind: {group: "k8s.cni.cncf.io", version: "v1", kind: .kind}, resource: {group: "k8s.cni.cncf.io", version: "v1", resource: "network-attachment-definitions"}, operation: "CREATE", namespace: .metadata.namespace, name: .metadata.name, object: ., userInfo: {}}}'; }
  $ send() { curl -s -o /dev/null -w '%{http_code}\n' --cacert "$E2E_WORK/pki/ca.crt" -H 'Content-Type: application/json' --data-binary @- "https://localhost:$WEBHOOK_PORT/validate"; }
  $ forged migration-x 10.200.7.0/24 | send
  403
  $ nad migration-c 10.200.7.0/24 | kubectl create -f - --dry-run=server
  networkattachmentdefinition.k8s.cni.cncf.io/migration-c created (server dry run)
  $ stop apiserver KILL; start_apiserver
  $ stop droveway; start_droveway --threads 2
  $ forged migration-x 10.200.7.0/24 | send
  200
  $ nad migration-c 10.200.7.0/24 | kubectl create -f - --dry-run=server 2>&1 | grep -o 'overlaps .* migration-x\|overlaps .*/migration-x'
  overlaps 10.200.7.0/24 of migration network openshift-cnv/migration-x
  $ until_true 30 refused
