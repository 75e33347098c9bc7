A MigrationPolicy is checked with the cluster's values for the fields it does not set; the API server drops unknown fields.

  $ . "$E2E/scenario.sh"
  $ policy() { printf 'apiVersion: migrations.kubevirt.io/v1alpha1\nkind: MigrationPolicy\nmetadata: {name: databases}\nspec: %s\n' "$1"; }
  $ policy '{selectors: {virtualMachineInstanceSelector: {workload: database}}, completionTimeoutPerGiB: -1}' | kubectl apply -f -
  The MigrationPolicy "databases" is invalid: spec.completionTimeoutPerGiB: Invalid value: "-1": must not be negative; set a number of seconds [limit-range]
  [1]
  $ policy '{selectors: {matchLabels: {workload: database}}}' | kubectl apply --validate=false -f -
  Warning: spec.selectors: without labels, the policy matches every VM; add labels, unless this is intended [policy-selector]
  migrationpolicy.migrations.kubevirt.io/databases created
  $ beta '{completionTimeoutPerGiB: 20}' | kubectl apply -f - > /dev/null
  $ until_seen hyperconvergeds.hco.kubevirt.io 1
  $ policy '{selectors: {namespaceSelector: {team: a}}, bandwidthPerMigration: 32Mi}' | kubectl apply -f -
  Warning: spec.bandwidthPerMigration: a GiB takes 32 s at this rate, but completionTimeoutPerGiB is 20, so a fully used VM never finishes; use 52Mi or more, or raise completionTimeoutPerGiB [bandwidth]
  migrationpolicy.migrations.kubevirt.io/databases configured
  $ kubectl delete migrationpolicy databases
  migrationpolicy.migrations.kubevirt.io "databases" deleted
