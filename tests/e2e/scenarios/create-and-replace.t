kubectl create and kubectl replace are checked.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 eth9 > bad.yaml
  $ nad migration 10.200.5.0/24 > good.yaml
  $ kubectl create -f bad.yaml
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3; did you mean "eth1"? NICs present on all nodes: bond2 and eth1 [master-missing]
  [1]
  $ kubectl create -f good.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ kubectl replace -f bad.yaml
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3; did you mean "eth1"? NICs present on all nodes: bond2 and eth1 [master-missing]
  [1]
  $ nad migration 10.200.6.0/24 | kubectl replace -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration replaced
