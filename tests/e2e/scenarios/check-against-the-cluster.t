check and inspect use the live cluster.

  $ . "$E2E/scenario.sh"
  $ nad migration-a 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ nad migration-b 10.200.5.0/25 eth9 > nad.yaml
  $ "$DROVEWAY" check -f nad.yaml --kubeconfig "$KUBECONFIG"
  nad.yaml:7:88: error: spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3 [master-missing]
      7 |   config: '{"cniVersion": "0.3.1", "name": "migration-b", "type": "macvlan", "master": "eth9", "mode": "bridge",
        |                                                                                        ^~~~~~
    fix: did you mean "eth1"? NICs present on all nodes: bond2 and eth1
  
  nad.yaml:8:46: error: spec.config.ipam.range: Invalid value: "10.200.5.0/25": overlaps 10.200.5.0/24 of migration network openshift-cnv/migration-a (shared: 10.200.5.1-10.200.5.126) [overlap-network]
      8 |     "ipam": {"type": "whereabouts", "range": "10.200.5.0/25"}}'
        |                                              ^~~~~~~~~~~~~~~
    fix: choose a range outside it
  
  1 object checked, 1 denied: 2 errors, 0 warnings
  [1]
  $ "$DROVEWAY" inspect -f nad.yaml --kubeconfig "$KUBECONFIG"
  openshift-cnv/migration-b
    migration  yes: name matches "*migration*"
    plugin     macvlan
    master     eth9
    ipam       whereabouts
    pool       10.200.5.0/25: 10.200.5.1 to 10.200.5.126, 126 usable
  $ "$DROVEWAY" check -f nad.yaml --kubeconfig "$KUBECONFIG" --context e2f 2>&1 | sed "s|$E2E_WORK/||"
  droveway: kubeconfig:11:1: there is no context "e2f"; did you mean "e2e"?
