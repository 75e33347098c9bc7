While Droveway is down, changes that can break every node fail closed, and changes to tenants' networks fail open.
Needs Kubernetes 1.30: enforce-pre-1.30 sends every update to the webhook, so while it is down even a new label is rejected.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ hco migration | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ stop droveway
  $ hco migratoin | kubectl apply -f - 2>&1 | sed "s/$WEBHOOK_PORT/PORT/g"
  Error from server (InternalError): error when applying patch:
  {"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"apiVersion\":\"hco.kubevirt.io/v1\",\"kind\":\"HyperConverged\",\"metadata\":{\"annotations\":{},\"name\":\"kubevirt-hyperconverged\",\"namespace\":\"openshift-cnv\"},\"spec\":{\"virtualization\":{\"liveMigrationConfig\":{\"network\":\"migratoin\"}}}}\n"}},"spec":{"virtualization":{"liveMigrationConfig":{"network":"migratoin"}}}}
  to:
  Resource: "hco.kubevirt.io/v1, Resource=hyperconvergeds", GroupVersionKind: "hco.kubevirt.io/v1, Kind=HyperConverged"
  Name: "kubevirt-hyperconverged", Namespace: "openshift-cnv"
  for: "STDIN": error when patching "STDIN": Internal error occurred: failed calling webhook "hyperconverged.validate.droveway.io": failed to call webhook: Post "https://localhost:PORT/validate?timeout=5s": dial tcp 127.0.0.1:PORT: connect: connection refused
  $ nad migration-b 10.200.6.0/24 | kubectl apply -f - 2>&1 | sed "s/$WEBHOOK_PORT/PORT/g"
  Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "nad-migration.validate.droveway.io": failed to call webhook: Post "https://localhost:PORT/validate?timeout=5s": dial tcp 127.0.0.1:PORT: connect: connection refused
  $ nad net 10.201.6.0/24 eth1 tenant | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/net created
  $ kubectl -n openshift-cnv label hyperconverged kubevirt-hyperconverged team=virt
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged labeled
  $ start_droveway
  $ nad migration-b 10.200.6.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created
