whereabouts ignores host-local's keys, so they are denied in a whereabouts configuration.

  $ . "$E2E/scenario.sh"
  $ config migration '{"cniVersion": "0.3.1", "name": "m", "type": "macvlan", "master": "eth1", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24", "rangeStart": "10.200.5.10", "excludes": ["10.200.5.1/32"], "retries": 3}}' | kubectl apply -f -
  Warning: spec.config.ipam.retries: is an unknown key, which whereabouts ignores [ipam-unknown-key]
  The NetworkAttachmentDefinition "migration" is invalid: 
  * spec.config.ipam.rangeStart: Invalid value: "rangeStart": is an unknown key, which whereabouts ignores; use range_start [ipam-lookalike-key]
  * spec.config.ipam.excludes: Invalid value: "excludes": is an unknown key, which whereabouts ignores; use exclude [ipam-lookalike-key]
  [1]
