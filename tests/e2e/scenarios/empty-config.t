An empty configuration is read from a file on the nodes.

  $ . "$E2E/scenario.sh"
  $ config migration '' | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config: Required value: the configuration is in files on the nodes and cannot be checked; put the CNI configuration here [migration-opaque]
  [1]
