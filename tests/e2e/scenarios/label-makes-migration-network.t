A label turns a NAD into a migration network. Only then do the rules for migration networks apply.

  $ . "$E2E/scenario.sh"
  $ config storage '{"cniVersion": "0.3.1", "name": "storage", "type": "macvlan", "ipam": {"type": "host-local", "subnet": "10.201.0.0/24"}}' | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/storage created
  $ kubectl -n openshift-cnv label net-attach-def storage droveway.io/migration-network=true
  The NetworkAttachmentDefinition "storage" is invalid: 
  * spec.config.master: Required value: without it, macvlan uses the NIC of the default route; use the NIC that is dedicated to migrations [master-required]
  * spec.config.ipam.type: Invalid value: "host-local": allocates addresses on each node independently, so two nodes can hand out the same one; use whereabouts, or dhcp with a server on that network [ipam-per-node]
  [1]
  $ kubectl -n openshift-cnv label net-attach-def storage droveway.io/migration-network=false
  networkattachmentdefinition.k8s.cni.cncf.io/storage labeled
