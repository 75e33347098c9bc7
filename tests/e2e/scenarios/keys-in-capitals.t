Go ignores the case of JSON keys, and so does Droveway. libcni accepts a few keys in one case only.

  $ . "$E2E/scenario.sh"
  $ config migration '{"CNIVERSION": "0.3.1", "name": "m", "TYPE": "macvlan", "MASTER": "eth9", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"}}' | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.MASTER: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3; did you mean "eth1"? NICs present on all nodes: bond2 and eth1 [master-missing]
  [1]
  $ config migration '{"cniVersion": "0.3.1", "name": "m", "type": "macvlan", "master": "eth1", "Master": "eth0", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"}}' | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.Master: Duplicate value: "Master": "master" and "Master" (line 1, column 75) are the same key to plugins, and "master" wins; keep one of them [cni-ambiguous-key]
  [1]
  $ config migration '{"cniVersion": "0.3.1", "Name": "m", "type": "macvlan", "master": "eth1", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"}}' | kubectl apply -f -
  Warning: spec.config.Name: Multus ignores this unknown key and uses the NAD's name instead; use "name" [cni-ambiguous-key]
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ config migration '{"cniVersion": "0.3.1", "name": "m", "Plugins": [{"type": "macvlan", "master": "eth1", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"}}]}' | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.Plugins: Invalid value: "Plugins": libcni ignores this unknown key, so the list has no plugins and Multus crashes; use "plugins" [cni-ambiguous-key]
  [1]
