Limits of the wrong type, negative ones, and a bandwidth that is not a quantity, in v1beta1.

  $ . "$E2E/scenario.sh"
  $ beta '{completionTimeoutPerGiB: "800", parallelMigrationsPerCluster: -1, parallelOutboundMigrationsPerNode: 0, progressTimeout: 0, bandwidthPerMigration: 64Mib}' | kubectl apply -f -
  Warning: spec.liveMigrationConfig.progressTimeout: 0 switches the timeout off [limit-range]
  The HyperConverged "kubevirt-hyperconverged" is invalid: 
  * spec.liveMigrationConfig.completionTimeoutPerGiB: Invalid value: "800": must be an integer, not a string; write 800 without quotes [limit-type]
  * spec.liveMigrationConfig.parallelMigrationsPerCluster: Invalid value: "-1": must not be negative; give 1 or more [limit-range]
  * spec.liveMigrationConfig.parallelOutboundMigrationsPerNode: Invalid value: "0": 0 would let no migration start; give 1 or more [limit-range]
  * spec.liveMigrationConfig.bandwidthPerMigration: Invalid value: "64Mib": is not a quantity; give bytes per second, such as "64Mi", or "0" for no limit [bandwidth]
  [1]
  $ beta '{parallelMigrationsPerCluster: 2, parallelOutboundMigrationsPerNode: 5, bandwidthPerMigration: 64Mi}' | kubectl apply -f -
  Warning: spec.liveMigrationConfig.parallelOutboundMigrationsPerNode: 5 is above the cluster's 2 [parallel-order]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
