A CRD is deleted and installed again while the webhook runs.

  $ . "$E2E/scenario.sh"
  $ kubectl delete crd nodenetworkstates.nmstate.io
  customresourcedefinition.apiextensions.k8s.io "nodenetworkstates.nmstate.io" deleted
  $ gone() { webhook '/readyz?verbose' | grep -q 'nodenetworkstates.*not installed'; }
  $ until_true 30 gone
  $ nad migration 10.200.5.0/24 eth9 | kubectl apply -f -
  Warning: spec.config.master: could not be checked: no NodeNetworkState (is kubernetes-nmstate installed?) [master-unverified]
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ kubectl apply -f "$E2E/crds/nodenetworkstate.yaml"
  customresourcedefinition.apiextensions.k8s.io/nodenetworkstates.nmstate.io created
  $ kubectl wait --for condition=Established crd nodenetworkstates.nmstate.io
  customresourcedefinition.apiextensions.k8s.io/nodenetworkstates.nmstate.io condition met
  $ until_true 20 kubectl apply -f "$E2E/cluster/node-network-states.yaml"
  $ until_seen nodenetworkstates.nmstate.io 3
  $ nad migration-b 10.200.6.0/24 eth9 | kubectl apply -f -
  The NetworkAttachmentDefinition "migration-b" is invalid: spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3; did you mean "eth1"? NICs present on all nodes: bond2 and eth1 [master-missing]
  [1]
