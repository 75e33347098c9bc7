Non-interactive kubectl logins work: a token, a client certificate in files or in the kubeconfig, another context.

  $ . "$E2E/scenario.sh"
  $ openssl req -new -newkey rsa:2048 -nodes -keyout client.key -out client.csr -subj /O=system:masters/CN=admin 2>/dev/null
  $ openssl x509 -req -in client.csr -CA "$E2E_WORK/pki/ca.crt" -CAkey "$E2E_WORK/pki/ca.key" -days 1 -out client.crt 2>/dev/null
  $ cp "$KUBECONFIG" config; export KUBECONFIG=$PWD/config
  $ kubectl config set-credentials certificate --client-certificate=client.crt --client-key=client.key >/dev/null
  $ kubectl config set-credentials embedded --client-certificate=client.crt --client-key=client.key --embed-certs >/dev/null
  $ kubectl config set-credentials program --exec-command=cloud-login --exec-api-version=client.authentication.k8s.io/v1 >/dev/null
  $ kubectl config set-credentials nobody --token=wrong >/dev/null
  $ kubectl config set-cluster strange --server="https://localhost:$API_PORT" >/dev/null
  $ for user in certificate embedded program nobody; do kubectl config set-context $user --cluster=e2e --user=$user >/dev/null; done
  $ kubectl config set-context strange --cluster=strange --user=embedded >/dev/null
  $ set -o pipefail; audit() { "$DROVEWAY" audit "$@" 2>&1 | sed "s|$PWD/||; s|:$API_PORT|:PORT|"; }
  $ audit
  nothing to audit: no NetworkAttachmentDefinition, HyperConverged, KubeVirt, MigrationPolicy or VirtualMachineInstance found
  $ audit --kubeconfig config --context certificate
  nothing to audit: no NetworkAttachmentDefinition, HyperConverged, KubeVirt, MigrationPolicy or VirtualMachineInstance found
  $ audit --context embedded
  nothing to audit: no NetworkAttachmentDefinition, HyperConverged, KubeVirt, MigrationPolicy or VirtualMachineInstance found
  $ audit --context program
  droveway: config:55:7: the user "program" logs in through a program (exec), which Droveway does not run; name a user with a token or a client certificate, such as one made with `kubectl create token`
  [2]
  $ audit --context nobody
  droveway: https://localhost:PORT: network-attachment-definitions: HTTP status 401: Unauthorized
  [2]
  $ audit --context strange
  droveway: https://localhost:PORT: network-attachment-definitions: SSL certificate problem: unable to get local issuer certificate
  [2]
  $ audit --context embeded
  droveway: config:11:1: there is no context "embeded"; did you mean "embedded"?
  [2]
  $ audit --kubeconfig missing
  droveway: missing: can't be read: No such file or directory
  [2]
  $ mkdir elsewhere && cd elsewhere && audit --kubeconfig ../config --context certificate
  nothing to audit: no NetworkAttachmentDefinition, HyperConverged, KubeVirt, MigrationPolicy or VirtualMachineInstance found
