A NIC is missing on one node; once the node has it, the same apply passes.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 eth3 > nad.yaml
  $ kubectl apply -f nad.yaml
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.master: Not found: "eth3": no such NIC on 1 of 3 nodes: worker-3; did you mean "eth1"? NICs present on all nodes: bond2 and eth1 [master-missing]
  [1]
  $ kubectl patch nns worker-3 --type=json -p '[{"op": "add", "path": "/status/currentState/interfaces/-", "value": {"name": "eth3", "type": "ethernet", "state": "up", "mtu": 9000}}]'
  nodenetworkstate.nmstate.io/worker-3 patched
  $ until_true 20 kubectl apply -f nad.yaml --dry-run=server
  $ kubectl apply -f nad.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ kubectl apply --server-side --force-conflicts -f "$E2E/cluster/node-network-states.yaml" > /dev/null
