All mistakes are listed at once, by field, each with its fix.

  $ . "$E2E/scenario.sh"
  $ config migration '{"cniVersion": "0.3.2", "name": "migration", "type": "macvlan", "master": "eth9", "ipam": {"type": "whereabouts", "range": "10.128.0.0/16", "rangeStart": "10.128.0.9", "gateway": "10.127.0.1"}}' > nad.yaml
  $ kubectl apply -f nad.yaml
  The NetworkAttachmentDefinition "migration" is invalid: 
  * spec.config.cniVersion: Unsupported value: "0.3.2": libcni does not support this version; use 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0 or 1.1.0 [cni-version]
  * spec.config.ipam.rangeStart: Invalid value: "rangeStart": is an unknown key, which whereabouts ignores; use range_start [ipam-lookalike-key]
  * spec.config.ipam.gateway: Invalid value: "10.127.0.1": is outside 10.128.0.0/16; correct it, or remove it: a migration network needs no gateway [gateway-outside]
  * spec.config.ipam.range: Invalid value: "10.128.0.0/16": overlaps the pod network 10.128.0.0/14 (Network cluster); choose a range outside it [overlap-cluster-network]
  * spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3; did you mean "eth1"? NICs present on all nodes: bond2 and eth1 [master-missing]
  [1]
  $ kubectl get net-attach-def -A
  No resources found
