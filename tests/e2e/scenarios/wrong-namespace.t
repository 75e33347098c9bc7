A migration network must be in KubeVirt's namespace, and so must HyperConverged.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 eth1 tenant | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: metadata.namespace: Invalid value: "tenant": KubeVirt looks for migration networks in openshift-cnv (this is one: name matches "*migration*"); create it in openshift-cnv, or label it droveway.io/migration-network: "false" [migration-namespace]
  [1]
  $ beta '{}' | kubectl apply -f - >/dev/null
  $ beta '{}' tenant | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: metadata.namespace: Invalid value: "tenant": HyperConverged's operator only reads namespace openshift-cnv; create it in openshift-cnv [config-namespace]
  [1]
