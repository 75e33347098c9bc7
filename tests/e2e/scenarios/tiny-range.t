A range without usable addresses, and a range with too few for the nodes.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/31 | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.range: Invalid value: "10.200.5.0/31": has no usable address: the first and the last of a /31 are never handed out; use a wider one, such as a /24 [range-empty]
  [1]
  $ nad migration 10.200.5.0/30 | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.range: Invalid value: "10.200.5.0/30": has 2 usable addresses, but 3 are needed (3 nodes that run virt-handler); widen the range to at least /29 [pool-too-small]
  [1]
  $ nad migration 10.200.5.0/29 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
