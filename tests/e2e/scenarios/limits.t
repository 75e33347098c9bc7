Limits in v1beta1. HyperConverged's own schema rejects wrong types and invalid quantities; Droveway rejects
negative values and values that prevent all migrations.

  $ . "$E2E/scenario.sh"
  $ beta '{completionTimeoutPerGiB: "800"}' | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.liveMigrationConfig.completionTimeoutPerGiB: Invalid value: "string": spec.liveMigrationConfig.completionTimeoutPerGiB in body must be of type integer: "string"
  [1]
  $ beta '{bandwidthPerMigration: 64Mib}' | kubectl apply -f - 2>&1 | cut -c1-118
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.liveMigrationConfig.bandwidthPerMigration: Invalid value
  $ beta '{parallelMigrationsPerCluster: -1, parallelOutboundMigrationsPerNode: 0, progressTimeout: 0, bandwidthPerMigration: 64m}' | kubectl apply -f -
  Warning: spec.liveMigrationConfig.progressTimeout: 0 disables the timeout [limit-range]
  Warning: spec.liveMigrationConfig.bandwidthPerMigration: is thousandths of a byte per second (m is milli), treated as 1 MiB/s; use "64Mi" [bandwidth]
  The HyperConverged "kubevirt-hyperconverged" is invalid: 
  * spec.liveMigrationConfig.parallelMigrationsPerCluster: Invalid value: "-1": must not be negative; use 1 or more [limit-range]
  * spec.liveMigrationConfig.parallelOutboundMigrationsPerNode: Invalid value: "0": with 0, no migration can start; use 1 or more [limit-range]
  [1]
  $ beta '{parallelMigrationsPerCluster: 2, parallelOutboundMigrationsPerNode: 5, bandwidthPerMigration: 64Mi}' | kubectl apply -f -
  Warning: spec.liveMigrationConfig.parallelOutboundMigrationsPerNode: 5 is above the cluster's 2 [parallel-order]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
