RBAC denies access to nodes: /readyz?verbose shows it, and rules that need nodes warn that they could not be checked.

  $ . "$E2E/scenario.sh"
  $ kubectl get clusterrole droveway -o json > role.json
  $ jq '.rules |= map(select(.resources != ["nodes"]))' role.json | kubectl apply -f - 2>/dev/null
  clusterrole.rbac.authorization.k8s.io/droveway configured
  $ stop droveway
  $ start_droveway
  $ webhook '/readyz?verbose' | grep nodes:
  [!]nodes: forbidden by RBAC; rules that need it report "could not be checked", 0 objects (HTTP status 403: nodes is forbidden: User "system:serviceaccount:droveway:droveway" cannot list resource "nodes" in API group "" at the cluster scope)
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  Warning: spec.config.master: could not be checked: the nodes are unknown [master-unverified]
  Warning: spec.config.ipam.range: could not be checked: the nodes are unknown [pool-too-small]
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ grep -c '"nodes: RBAC forbids reading it' "$E2E_WORK/droveway.log"
  1
  $ jq "del(.metadata.resourceVersion)" role.json | kubectl replace -f -
  clusterrole.rbac.authorization.k8s.io/droveway replaced
  $ read_again() { webhook '/readyz?verbose' | grep -q 'nodes: watching, 3 objects'; }
  $ until_true 30 read_again
