Without a master, ipvlan uses the NIC of the default route.

  $ . "$E2E/scenario.sh"
  $ config migration '{"cniVersion": "0.3.1", "name": "m", "type": "ipvlan", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"}}' | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.master: Required value: without it, ipvlan uses the NIC of the default route; use the NIC that is dedicated to migrations [master-required]
  [1]
