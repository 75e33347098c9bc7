A network is set, but the eviction strategy migrates nothing on a drain.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ hco migration > hco.yaml
  $ echo '    evictionStrategy: None' >> hco.yaml
  $ kubectl apply -f hco.yaml
  Warning: spec.virtualization.evictionStrategy: a network is set, but with None a drain migrates no VM [eviction-strategy]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
