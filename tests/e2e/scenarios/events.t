With --events, denials and audit findings are reported as Events on the objects. Without the RBAC role, the error is logged once.

  $ . "$E2E/scenario.sh"
  $ stop droveway
  $ : > "$E2E_WORK/droveway.log"
  $ start_droveway --events
  $ nad migration 10.200.5.1/32 > bad.yaml
  $ for i in 1 2; do kubectl create -f bad.yaml 2> /dev/null; done
  [1]
  $ logged() { grep -q '"msg":"events: ' "$E2E_WORK/droveway.log"; }
  $ until_true 20 logged
  $ grep -o '"RBAC.*\|"msg":"events: .*' "$E2E_WORK/droveway.log"
  "msg":"events: RBAC forbids writing Events; allow create and patch of events, as manifests/components/events does","namespace":"openshift-cnv","answer":"events is forbidden: User \"system:serviceaccount:droveway:droveway\" cannot create resource \"events\" in API group \"\" in the namespace \"openshift-cnv\""}
  $ kubectl get events -n openshift-cnv
  No resources found in openshift-cnv namespace.
  $ kubectl apply -f "$REPOSITORY/manifests/components/events/rbac.yaml"
  clusterrole.rbac.authorization.k8s.io/droveway-events created
  clusterrolebinding.rbac.authorization.k8s.io/droveway-events created
  $ until_true 20 kubectl auth can-i create events -n openshift-cnv --as system:serviceaccount:droveway:droveway

The same denial three times is one Event; a dry run creates none. (A different name, because a rejected Event is not retried for a minute.)

  $ nad migration-b 10.200.6.1/32 > bad.yaml
  $ kubectl create -f bad.yaml --dry-run=server 2> /dev/null
  [1]
  $ for i in 1 2 3; do kubectl create -f bad.yaml 2> /dev/null; done
  [1]
  $ counted() { kubectl get events -n openshift-cnv --field-selector "involvedObject.name=$1" -o 'jsonpath={.items[*].count}' | grep -qx "$2"; }
  $ until_true 20 counted migration-b 3
  $ kubectl get events -n openshift-cnv --no-headers -o custom-columns=:type,:reason,:count,:involvedObject.kind,:involvedObject.name,:source.component
  Warning   NetworkDenied   3     NetworkAttachmentDefinition   migration-b   droveway
  $ kubectl get events -n openshift-cnv | tail -n 1 | sed 's/^[^ ]* *//'
  Warning   NetworkDenied   networkattachmentdefinition/migration-b   CREATE denied: spec.config.ipam.range: Invalid value: "10.200.6.1/32": has no usable address: the first and the last of a /32 are never handed out; use a wider one, such as a /24 [range-empty]

`kubectl describe` shows the Events of an existing object.

  $ nad migration-c 10.200.7.0/24 | kubectl create -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-c created
  $ nad migration-c 10.200.7.1/32 | kubectl apply -f - 2> /dev/null
  [1]
  $ until_true 20 counted migration-c 1
  $ kubectl describe net-attach-def -n openshift-cnv migration-c | sed -n '/^Events/,$p' | sed 's/  [0-9]*s  / AGE /'
  Events:
    Type     Reason         Age   From      Message
    ----     ------         ----  ----      -------
    Warning  NetworkDenied AGE   droveway  UPDATE denied: spec.config.ipam.range: Invalid value: "10.200.7.1/32": has no usable address: the first and the last of a /32 are never handed out; use a wider one, such as a /24 [range-empty]

It also shows the Events of audit findings.

  $ kubectl get validatingwebhookconfiguration droveway -o json | jq 'del(.metadata.resourceVersion, .metadata.uid)' > webhooks.json
  $ kubectl delete validatingwebhookconfiguration droveway
  validatingwebhookconfiguration.admissionregistration.k8s.io "droveway" deleted
  $ nad migration-d 10.200.8.0/24 eth9 > bad.yaml
  $ until_true 20 kubectl create -f bad.yaml
  $ stop droveway
  $ start_droveway --events --audit-interval 1s
  $ until_true 20 counted migration-d 1
  $ kubectl describe net-attach-def -n openshift-cnv migration-d | sed -n '/^Events/,$p' | sed 's/  [0-9]*s  / AGE /'
  Events:
    Type     Reason            Age   From      Message
    ----     ------            ----  ----      -------
    Warning  NetworkViolation AGE   droveway  this existing object would be denied: spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3; did you mean "eth1"? NICs present on all nodes: bond2 and eth1 [master-missing]
  $ kubectl create -f webhooks.json
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway created
  $ until_true 20 refused
  $ kubectl delete -f "$REPOSITORY/manifests/components/events/rbac.yaml"
  clusterrole.rbac.authorization.k8s.io "droveway-events" deleted
  clusterrolebinding.rbac.authorization.k8s.io "droveway-events" deleted
  $ kubectl delete events --all -n openshift-cnv > /dev/null
  $ grep -c '"msg":"events: ' "$E2E_WORK/droveway.log"
  1
  $ stop droveway
  $ start_droveway
