What KubeVirt's own schema accepts: kubectl's strict validation rejects an unknown key; without it, the key is dropped.

  $ . "$E2E/scenario.sh"
  $ kubevirt() { printf 'apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {name: kubevirt, namespace: openshift-cnv}\nspec: {configuration: {evictionStrategy: LiveMigrate, %s}}\n' "$1"; }
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ kubevirt 'migrationConfiguration: {network: migration}' | kubectl apply -f -
  Error from server (BadRequest): error when creating "STDIN": KubeVirt in version "v1" cannot be handled as a KubeVirt: strict decoding error: unknown field "spec.configuration.migrationConfiguration"
  [1]
  $ kubevirt 'migrations: {network: migration, parallelMigrations: 3}' | kubectl apply --validate=false -f -
  kubevirt.kubevirt.io/kubevirt created
  $ kubectl -n openshift-cnv get kubevirt kubevirt -o json | jq -c .spec.configuration
  {"evictionStrategy":"LiveMigrate","migrations":{"network":"migration"}}
  $ kubevirt 'migrations: {network: 7}' | kubectl apply -f -
  The KubeVirt "kubevirt" is invalid: spec.configuration.migrations.network: Invalid value: "integer": spec.configuration.migrations.network in body must be of type string: "integer"
  [1]
  $ kubevirt 'migrations: {network: migration, parallelMigrationsPerCluster: -1}' | kubectl apply -f -
  The KubeVirt "kubevirt" is invalid: spec.configuration.migrations.parallelMigrationsPerCluster: Invalid value: "-1": must not be negative; use 1 or more [limit-range]
  [1]

A placement is checked together with the network in the same change: the pool has two addresses, the cluster three nodes.

  $ kubectl label node worker-1 vms=here
  node/worker-1 labeled
  $ nad small 10.200.6.0/30 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/small created
  $ kubevirt 'migrations: {network: small}' | kubectl apply -f -
  Warning: spec.configuration.migrations.network: this change restarts the virt-handler pods: first one and, once it is running, 10 % of them at a time [network-change]
  The KubeVirt "kubevirt" is invalid: spec.configuration.migrations.network: Invalid value: "small": NAD openshift-cnv/small violates pool-too-small: spec.config.ipam.range: Invalid value: "10.200.6.0/30": has 2 usable addresses, but 3 are needed (3 nodes that run virt-handler); fix that NAD first [network-unfit]
  [1]
  $ kubevirt 'migrations: {network: small}' | sed 's/^spec: {/spec: {workloads: {nodePlacement: {nodeSelector: {vms: here}}}, /' | kubectl apply -f -
  Warning: spec.configuration.migrations.network: this change restarts the virt-handler pods: first one and, once it is running, 10 % of them at a time [network-change]
  kubevirt.kubevirt.io/kubevirt configured
  $ kubectl label node worker-1 vms-
  node/worker-1 unlabeled
