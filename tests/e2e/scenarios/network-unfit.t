A NAD that works for pods may not work for migrations: the HyperConverged is denied with the reason.

  $ . "$E2E/scenario.sh"
  $ config storage '{"cniVersion": "0.3.1", "name": "storage", "type": "macvlan", "master": "eth9", "ipam": {"type": "host-local", "subnet": "10.201.0.0/24"}}' | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/storage created
  $ hco storage | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: 
  * spec.virtualization.liveMigrationConfig.network: Invalid value: "storage": NAD openshift-cnv/storage violates master-missing: spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3; fix that NAD first [network-unfit]
  * spec.virtualization.liveMigrationConfig.network: Invalid value: "storage": NAD openshift-cnv/storage violates ipam-per-node: spec.config.ipam.type: Invalid value: "host-local": allocates addresses on each node independently, so two nodes can hand out the same one; fix that NAD first [network-unfit]
  [1]
