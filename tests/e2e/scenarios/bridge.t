A bridge with a port on every node is allowed; a bridge that no node has is denied.

  $ . "$E2E/scenario.sh"
  $ config migration-a '{"cniVersion": "0.3.1", "name": "a", "type": "bridge", "bridge": "br1", "vlan": 20, "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"}}' | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ config migration-b '{"cniVersion": "0.3.1", "name": "b", "type": "bridge", "bridge": "br9", "vlan": 5000, "ipam": {"type": "whereabouts", "range": "10.200.6.0/24"}}' | kubectl apply -f -
  The NetworkAttachmentDefinition "migration-b" is invalid: 
  * spec.config.vlan: Invalid value: "5000": is not a VLAN id; use a VLAN id from 0 to 4094 [vlan-range]
  * spec.config.bridge: Invalid value: "br9": does not exist on worker-1, worker-2 and worker-3; create a bridge with this name on every node, with the migration NIC as its port [bridge-uplink]
  [1]
