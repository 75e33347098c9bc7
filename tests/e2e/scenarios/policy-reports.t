With --policy-reports, the results of each audit are PolicyReports. Without the permissions or the CRDs, the error is logged once.

  $ . "$E2E/scenario.sh"
  $ crds="policyreports.wgpolicyk8s.io clusterpolicyreports.wgpolicyk8s.io"
  $ kubectl get crd $crds -o json | jq 'del(.items[].metadata["resourceVersion", "uid", "managedFields"], .items[].status)' > crds.json
  $ kubectl delete crd $crds
  customresourcedefinition.apiextensions.k8s.io "policyreports.wgpolicyk8s.io" deleted
  customresourcedefinition.apiextensions.k8s.io "clusterpolicyreports.wgpolicyk8s.io" deleted
  $ kubectl get validatingwebhookconfiguration droveway -o json | jq 'del(.metadata.resourceVersion, .metadata.uid)' > webhooks.json
  $ kubectl delete validatingwebhookconfiguration droveway
  validatingwebhookconfiguration.admissionregistration.k8s.io "droveway" deleted
  $ nad migration 10.200.5.0/24 eth9 > bad.yaml
  $ until_true 20 kubectl create -f bad.yaml
  $ nad other 10.200.6.0/24 | kubectl create -f -
  networkattachmentdefinition.k8s.cni.cncf.io/other created
  $ nad shop 10.200.7.0/24 eth1 default | kubectl create -f -
  networkattachmentdefinition.k8s.cni.cncf.io/shop created
  $ stop droveway
  $ : > "$E2E_WORK/droveway.log"
  $ start_droveway --policy-reports --audit-interval 1s
  $ logged() { grep -q "\"msg\":\"policy reports: .*$1" "$E2E_WORK/droveway.log"; }
  $ until_true 20 logged RBAC
  $ kubectl apply -f "$REPOSITORY/manifests/components/policy-reports/rbac.yaml"
  clusterrole.rbac.authorization.k8s.io/droveway-policy-reports created
  clusterrolebinding.rbac.authorization.k8s.io/droveway-policy-reports created
  $ until_true 60 logged 'not installed'
  $ metrics | grep '^droveway_policy_reports_up'
  droveway_policy_reports_up 0
  $ kubectl create -f crds.json
  customresourcedefinition.apiextensions.k8s.io/policyreports.wgpolicyk8s.io created
  customresourcedefinition.apiextensions.k8s.io/clusterpolicyreports.wgpolicyk8s.io created
  $ up() { metrics | grep -qx 'droveway_policy_reports_up 1'; }
  $ until_true 90 up
  $ kubectl get policyreports -A | sed 's/ *[0-9]*s$//'
  NAMESPACE       NAME       KIND   NAME   PASS   FAIL   WARN   ERROR   SKIP   AGE
  default         droveway                 1      0      0      0       0
  openshift-cnv   droveway                 1      1      0      0       0
  $ kubectl get policyreports -n openshift-cnv droveway -o json | jq -r '.results[] | select(.result == "fail") | .message'
  spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3; did you mean "eth1"? NICs present on all nodes: bond2 and eth1 [master-missing]
  $ grep -o '"msg":"policy reports: [^"]*"' "$E2E_WORK/droveway.log"
  "msg":"policy reports: RBAC forbids writing them; allow list, create, patch and delete of policyreports and clusterpolicyreports, as manifests/components/policy-reports does"
  "msg":"policy reports: the CustomResourceDefinitions policyreports and clusterpolicyreports of wgpolicyk8s.io/v1alpha2 are not installed"
  "msg":"policy reports: written again"

Reports that are the same are not written again; changed ones are, and those of a namespace without audited objects are removed.

  $ version() { kubectl get policyreports -n "$1" droveway -o 'jsonpath={.metadata.resourceVersion}'; }
  $ before=$(version default)
  $ audits() { grep -c '"msg":"audit"' "$E2E_WORK/droveway.log"; }
  $ enough=$(($(audits) + 3))
  $ several() { [ "$(audits)" -ge "$enough" ]; }
  $ until_true 20 several
  $ [ "$(version default)" = "$before" ] && echo unchanged
  unchanged
  $ kubectl -n openshift-cnv delete net-attach-def migration
  networkattachmentdefinition.k8s.cni.cncf.io "migration" deleted from openshift-cnv namespace
  $ kubectl -n default delete net-attach-def shop
  networkattachmentdefinition.k8s.cni.cncf.io "shop" deleted from default namespace
  $ only() { [ "$(kubectl get policyreports -A --no-headers -o custom-columns=:metadata.namespace,:summary.fail | tr -s ' ')" = "openshift-cnv 0" ]; }
  $ until_true 20 only
  $ kubectl get policyreports -A | sed 's/ *[0-9]*s$//'
  NAMESPACE       NAME       KIND   NAME   PASS   FAIL   WARN   ERROR   SKIP   AGE
  openshift-cnv   droveway                 1      0      0      0       0

A report that somebody changed is restored.

  $ kubectl patch policyreport -n openshift-cnv droveway --type merge -p '{"summary": {"fail": 7}}'
  policyreport.wgpolicyk8s.io/droveway patched
  $ until_true 20 only
  $ kubectl create -f webhooks.json
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway created
  $ until_true 20 refused
  $ stop droveway
  $ kubectl delete policyreports,clusterpolicyreports -A -l app.kubernetes.io/managed-by=droveway
  policyreport.wgpolicyk8s.io "droveway" deleted from openshift-cnv namespace
  $ kubectl delete -f "$REPOSITORY/manifests/components/policy-reports/rbac.yaml"
  clusterrole.rbac.authorization.k8s.io "droveway-policy-reports" deleted
  clusterrolebinding.rbac.authorization.k8s.io "droveway-policy-reports" deleted
  $ start_droveway
