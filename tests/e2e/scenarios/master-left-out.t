Without a master, ipvlan takes the default route's NIC.

  $ . "$E2E/scenario.sh"
  $ config migration '{"cniVersion": "0.3.1", "name": "m", "type": "ipvlan", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"}}' | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.master: Required value: without it ipvlan takes the NIC of the default route; name the NIC that is set apart for migrations [master-required]
  [1]
