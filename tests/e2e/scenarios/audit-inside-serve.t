The webhook automatically audits existing objects, logs the findings and counts them.

  $ . "$E2E/scenario.sh"
  $ kubectl get validatingwebhookconfiguration droveway -o json | jq 'del(.metadata.resourceVersion, .metadata.uid)' > webhooks.json
  $ kubectl delete validatingwebhookconfiguration droveway
  validatingwebhookconfiguration.admissionregistration.k8s.io "droveway" deleted
  $ nad migration 10.200.5.0/24 eth9 > bad.yaml
  $ until_true 20 kubectl create -f bad.yaml
  $ stop droveway
  $ start_droveway --audit-interval 1s
  $ found() { metrics | grep 'audit_violations{rule="master-missing"'; }
  $ until_true 20 found
  $ found
  droveway_audit_violations{rule="master-missing",action="deny"} 1
  $ grep -o '"msg":"violation in an existing object".*"field"' "$E2E_WORK/droveway.log" | tail -n 1
  "msg":"violation in an existing object","rule":"master-missing","action":"deny","kind":"NetworkAttachmentDefinition","namespace":"openshift-cnv","name":"migration","field"
  $ kubectl create -f webhooks.json
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway created
  $ until_true 20 refused
  $ stop droveway
  $ start_droveway
