The API server is killed and comes back: the webhook stays ready on what it knows, and then catches up.

  $ . "$E2E/scenario.sh"
  $ nad migration-a 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ until_seen $nads 1
  $ stop apiserver KILL
  $ out_of_reach() { webhook '/readyz?verbose' | grep -q 'network-attach.*out of reach'; }
  $ until_true 20 out_of_reach
  $ webhook /readyz
  ok
  $ start_apiserver
  $ nad migration-b 10.200.5.0/25 | kubectl apply -f -
  Warning: spec.config.ipam.range: could not be checked: networks unknown; set clusterNetworks [overlap-cluster-network]
  Warning: spec.config.ipam.range: could not be checked: other NADs are not known; see --state [overlap-network]
  Warning: spec.config.master: could not be checked: no nodes are known; see --state [master-unverified]
  Warning: spec.config.ipam.range: could not be checked: no nodes are known; see --state [pool-too-small]
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created
  $ nad migration-b 10.200.6.0/25 | kubectl apply -f -
  Warning: spec.config.ipam.range: could not be checked: networks unknown; set clusterNetworks [overlap-cluster-network]
  Warning: spec.config.ipam.range: could not be checked: other NADs are not known; see --state [overlap-network]
  Warning: spec.config.master: could not be checked: no nodes are known; see --state [master-unverified]
  Warning: spec.config.ipam.range: could not be checked: no nodes are known; see --state [pool-too-small]
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b configured
  $ watching() { webhook '/readyz?verbose' | grep -q 'network-attach.*watching, 2 objects'; }
  $ until_true 30 watching
