HyperConverged v1beta1, written and read in that version.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ beta '{network: migration, progressTimeout: 300}' | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ kubectl -n openshift-cnv get hyperconvergeds.v1beta1.hco.kubevirt.io kubevirt-hyperconverged -o jsonpath='{.spec}{"\n"}'
  {"liveMigrationConfig":{"allowAutoConverge":false,"allowPostCopy":false,"allowWorkloadDisruption":false,"completionTimeoutPerGiB":20,"network":"migration","parallelMigrationsPerCluster":5,"parallelOutboundMigrationsPerNode":1,"progressTimeout":300}}
