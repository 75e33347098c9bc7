Two replicas create and renew their own certificates, with lifetimes of seconds: no write fails meanwhile, although the webhooks
fail closed.

  $ . "$E2E/scenario.sh"
  $ stop droveway
  $ kubectl delete validatingwebhookconfiguration,mutatingwebhookconfiguration droveway >/dev/null
  $ objects overlays/self-managed | jq -c 'select(.metadata.name == "droveway-tls" or .metadata.name == "droveway-certificates")' | kubectl apply -f -
  role.rbac.authorization.k8s.io/droveway-certificates created
  clusterrole.rbac.authorization.k8s.io/droveway-certificates created
  rolebinding.rbac.authorization.k8s.io/droveway-certificates created
  clusterrolebinding.rbac.authorization.k8s.io/droveway-certificates created
  secret/droveway-tls created
  $ replica() { run "$1" "$DROVEWAY" serve --listen "127.0.0.1:$2" --kubeconfig "$E2E_WORK/droveway.kubeconfig" --shutdown-delay 0 --self-managed-certs --dns localhost --cert-lifetime 12s --ca-lifetime 40s --rotation-poll 500ms --rotation-settle 1s; }
  $ replica droveway "$WEBHOOK_PORT"
  $ replica second "$SECOND_PORT"
  $ without_ca() { objects "overlays/self-managed/$ENFORCE" | jq --arg url "https://localhost:$WEBHOOK_PORT" '.webhooks[].clientConfig |= {url: ($url + .service.path)}' | kubectl apply -f -; }
  $ without_ca
  mutatingwebhookconfiguration.admissionregistration.k8s.io/droveway created
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway created
  $ until_true 30 refused
  $ secret() { kubectl -n droveway get secret droveway-tls -o json | jq -r --arg key "$1" '.data[$key] // "" | @base64d'; }
  $ certificates() { secret "$1" | openssl x509 -noout -fingerprint; }
  $ served() { openssl s_client -connect "127.0.0.1:$1" -servername localhost </dev/null 2>/dev/null | openssl x509 -noout -fingerprint; }
  $ both_serve_it() { [ "$(served "$WEBHOOK_PORT")" = "$(certificates tls.crt)" ] && [ "$(served "$SECOND_PORT")" = "$(certificates tls.crt)" ]; }
  $ until_true 10 both_serve_it

The CA is restored automatically after an applied manifest removes it.

  $ kubectl get validatingwebhookconfiguration droveway -o json | jq '.webhooks[].clientConfig.caBundle = "Cg=="' | kubectl replace -f - >/dev/null
  $ fixed() { kubectl get validatingwebhookconfiguration droveway -o json | jq -e '.webhooks | all(.clientConfig.caBundle | length > 100)'; }
  $ until_true 10 fixed
  $ passes() { nad probe 10.200.9.0/24 | kubectl create --dry-run=server -f -; }
  $ until_true 10 passes

For a minute, a few writes per second: all succeed, across several certificates and more than one CA.

  $ leaves() { certificates tls.crt >>leaves; certificates ca.crt >>cas; }
  $ failed=0; end=$((SECONDS + 60)); while [ $SECONDS -lt $end ]; do passes >/dev/null 2>>failures || failed=$((failed + 1)); leaves; sleep 0.1; done; echo "$failed failed"
  0 failed
  $ [ "$(sort -u leaves | wc -l)" -ge 4 ] && [ "$(sort -u cas | wc -l)" -ge 2 ] && echo 'certificates and CAs were renewed'
  certificates and CAs were renewed
  $ cat failures
  $ until_true 10 both_serve_it

The logs contain no secrets.

  $ grep -lE 'PRIVATE KEY|ca\.key":' "$E2E_WORK/droveway.log" "$E2E_WORK/second.log"
  [1]
  $ stop second; stop droveway
  $ kubectl delete validatingwebhookconfiguration,mutatingwebhookconfiguration droveway >/dev/null
  $ kubectl -n droveway delete secret droveway-tls >/dev/null
  $ start_droveway --threads 2; install_webhooks . >/dev/null; until_true 30 refused
