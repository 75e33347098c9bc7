HyperConverged v1: its own schema fills in missing limits before any webhook is called.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ hco migration | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ kubectl -n openshift-cnv get hyperconvergeds.v1.hco.kubevirt.io kubevirt-hyperconverged -o jsonpath='{.spec}{"\n"}'
  {"virtualization":{"liveMigrationConfig":{"allowAutoConverge":false,"allowPostCopy":false,"allowWorkloadDisruption":false,"completionTimeoutPerGiB":20,"network":"migration","parallelMigrationsPerCluster":5,"parallelOutboundMigrationsPerNode":1,"progressTimeout":150}}}
