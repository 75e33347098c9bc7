An invalid JSON configuration is denied in any namespace, with line and column.

  $ . "$E2E/scenario.sh"
  $ config net '{"cniVersion": "0.3.1", "type": "macvlan" "master": "eth1"}' tenant | kubectl apply -f -
  The NetworkAttachmentDefinition "net" is invalid: spec.config: Invalid value: "\"type\": \"macvlan\" \"master\": \"eth1\"}": line 1, column 43: expected ',' or '}' [cni-json]
  [1]
