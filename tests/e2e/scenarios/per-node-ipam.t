host-local can give the same address on two nodes.

  $ . "$E2E/scenario.sh"
  $ config migration '{"cniVersion": "0.3.1", "name": "m", "type": "macvlan", "master": "eth1", "ipam": {"type": "host-local", "subnet": "10.200.5.0/24"}}' | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.type: Invalid value: "host-local": allocates addresses on each node independently, so two nodes can hand out the same one; use whereabouts, or dhcp with a server on that network [ipam-per-node]
  [1]
