While no replica answers, the component fail-open allows everything, and the component admission-policy still denies the simplest
mistakes in the API server itself.
Needs Kubernetes 1.30: there is no ValidatingAdmissionPolicy v1 before.

  $ . "$E2E/scenario.sh"

An API server that once stopped reading ConfigMaps for policies does not read them again until it restarts. Another scenario may have
used some.

  $ stop apiserver KILL; start_apiserver
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ cp -r "$REPOSITORY/manifests" .
  $ REPOSITORY=$PWD
  $ folder=manifests/overlays/openshift/enforce/kustomization.yaml
  $ add() { sed -i "s|^components:|&\n- ../../../components/$1|" "$folder"; install_webhooks .; }
  $ add fail-open
  mutatingwebhookconfiguration.admissionregistration.k8s.io/droveway unchanged
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway configured
  $ stop droveway
  $ until_true 10 kubectl create -f "$E2E/refused.yaml" --dry-run=server

Without the policies, every mistake gets through. These two stay in the cluster.

  $ config migration-old '{"cniVersion": "0.3.1", "name": "m", "type": "macvlan"}' | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-old created
  $ beta '{network: "a,b", parallelMigrationsPerCluster: -1}' openshift-cnv old | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/old created

Without Droveway's policy, which the policies read, they deny nothing. With it, they do.

  $ add admission-policy >/dev/null
  $ kubectl create -f "$E2E/refused.yaml" --dry-run=server
  networkattachmentdefinition.k8s.cni.cncf.io/migration-refused created (server dry run)
  $ kubectl apply -f <(objects base | jq -c 'select(.metadata.name == "droveway-policy")')
  configmap/droveway-policy created
  $ until_true 10 refused
  $ kubectl create -f "$E2E/refused.yaml"
  The network-attachment-definitions "migration-refused" is invalid: : ValidatingAdmissionPolicy 'droveway-network-attachment-definition' with binding 'droveway-network-attachment-definition' denied request: spec.config: Invalid value: is not one JSON object; droveway check -f FILE shows the line and column of the mistake [cni-json]; see: droveway explain cni-json
  [1]
  $ "$TYPECHECK" 2>/dev/null
  5 policies checked

They can be switched off without deleting them.

  $ kubectl get validatingadmissionpolicybindings -l app.kubernetes.io/name=droveway -o name |
  >   xargs -n 1 kubectl patch --type merge -p '{"spec": {"validationActions": ["Audit"]}}' >/dev/null
  $ until_true 10 kubectl create -f "$E2E/refused.yaml" --dry-run=server
  $ install_webhooks . >/dev/null; until_true 10 refused

HyperConverged and KubeVirt: each rule, and what must be allowed.

  $ why() { kubectl apply --dry-run=server -f - 2>&1 | sed 's/.* denied request: //; s/; see: droveway explain [a-z-]*//g'; }
  $ beta '{}' tenant | why
  metadata.namespace: Invalid value: "tenant": HyperConverged's operator only reads namespace openshift-cnv; create it in openshift-cnv [config-namespace]
  $ beta '{network: ""}' | why
  spec.liveMigrationConfig.network: Invalid value: "": virt-operator writes "@migration0", which names no network, so new virt-handler pods stay in ContainerCreating; remove the field to migrate over the pod network [network-empty]
  $ for network in ' ' a,b a@b Migration a/b/c -a 'ns/' migration openshift-cnv/migration ' migration ' /migration; do beta "{network: '$network'}" | why; done
  spec.liveMigrationConfig.network: Invalid value: " ": virt-operator writes "@migration0", which names no network, so new virt-handler pods stay in ContainerCreating; remove the field to migrate over the pod network [network-empty]
  spec.liveMigrationConfig.network: Invalid value: "a,b": lists several networks, and virt-operator would attach them all; use the name of one NAD [network-syntax]
  spec.liveMigrationConfig.network: Invalid value: "a@b": also names an interface, which breaks the "@migration0" that virt-operator appends; use the bare name [network-syntax]
  spec.liveMigrationConfig.network: Invalid value: "Migration": is not a NAD name that Multus accepts; use the name of a NAD: lower-case letters, digits and '-' [network-syntax]
  spec.liveMigrationConfig.network: Invalid value: "a/b/c": is not a NAD name that Multus accepts; use the name of a NAD: lower-case letters, digits and '-' [network-syntax]
  spec.liveMigrationConfig.network: Invalid value: "-a": is not a NAD name that Multus accepts; use the name of a NAD: lower-case letters, digits and '-' [network-syntax]
  spec.liveMigrationConfig.network: Invalid value: "ns/": is not a NAD name that Multus accepts; use the name of a NAD: lower-case letters, digits and '-' [network-syntax]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created (server dry run)
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created (server dry run)
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created (server dry run)
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created (server dry run)
  $ hco a,b | why
  spec.virtualization.liveMigrationConfig.network: Invalid value: "a,b": lists several networks, and virt-operator would attach them all; use the name of one NAD [network-syntax]
  $ hco migration | why
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created (server dry run)
  $ beta '{parallelMigrationsPerCluster: 0, parallelOutboundMigrationsPerNode: -1, completionTimeoutPerGiB: -1, progressTimeout: 0, bandwidthPerMigration: -1Mi}' | why
  spec.liveMigrationConfig.parallelMigrationsPerCluster: Invalid value: "0": with 0, no migration can start; use 1 or more [limit-range] * spec.liveMigrationConfig.parallelOutboundMigrationsPerNode: Invalid value: "-1": must not be negative; use 1 or more [limit-range] * spec.liveMigrationConfig.completionTimeoutPerGiB: Invalid value: "-1": must not be negative; set a number of seconds [limit-range] * spec.liveMigrationConfig.bandwidthPerMigration: Invalid value: "-1Mi": must not be negative; use bytes per second, such as "64Mi", or "0" for no limit [bandwidth]
  $ kubevirt() { printf 'apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {name: kubevirt, namespace: openshift-cnv}\nspec: {configuration: {migrations: {%s}}}\n' "$1"; }
  $ kubevirt 'network: "a,b", bandwidthPerMigration: -1' | why
  spec.configuration.migrations.network: Invalid value: "a,b": lists several networks, and virt-operator would attach them all; use the name of one NAD [network-syntax] * spec.configuration.migrations.bandwidthPerMigration: Invalid value: "-1": must not be negative; use bytes per second, such as "64Mi", or "0" for no limit [bandwidth]
  $ kubevirt 'network: a, bandwidthPerMigration: 64Mi, progressTimeout: 0' | why
  kubevirt.kubevirt.io/kubevirt created (server dry run)
  $ policy() { printf 'apiVersion: migrations.kubevirt.io/v1alpha1\nkind: MigrationPolicy\nmetadata: {name: p}\nspec: {selectors: {}, %s}\n' "$1"; }
  $ policy 'completionTimeoutPerGiB: -1' | why
  spec.completionTimeoutPerGiB: Invalid value: "-1": must not be negative; set a number of seconds [limit-range]
  $ policy 'completionTimeoutPerGiB: 0, bandwidthPerMigration: 0' | why
  migrationpolicy.migrations.kubevirt.io/p created (server dry run)

NADs: whatever looks like a mistake but is none must be allowed.

  $ config net '{"type": "macvlan",}' tenant | why
  spec.config: Invalid value: is not one JSON object; droveway check -f FILE shows the line and column of the mistake [cni-json]
  $ config net '["macvlan"]' tenant | why
  spec.config: Invalid value: is not one JSON object; droveway check -f FILE shows the line and column of the mistake [cni-json]
  $ config net '{"type": "macvlan"}' tenant | why
  networkattachmentdefinition.k8s.cni.cncf.io/net created (server dry run)
  $ config net '' tenant | why
  networkattachmentdefinition.k8s.cni.cncf.io/net created (server dry run)
  $ config migration-b '' | why
  spec.config: Required value: the configuration is in files on the nodes and cannot be checked; put the CNI configuration here [migration-opaque]
  $ config migration-b ' ' | why
  spec.config: Invalid value: is not one JSON object; droveway check -f FILE shows the line and column of the mistake [cni-json]
  $ config migration-b '{"type": "macvlan"}' | why
  spec.config.master: Required value: without it, the plugin uses the NIC of the default route or fails; use the NIC that is dedicated to migrations [master-required]
  $ config migration-b '{"type": "ipvlan", "master": "", "ipam": {"master": "eth1"}}' | why
  spec.config.master: Required value: without it, the plugin uses the NIC of the default route or fails; use the NIC that is dedicated to migrations [master-required]
  $ config migration-b '{"name": "m", "plugins": [{"type": "macvlan", "mode": "bridge"}, {"type": "tuning", "master": "eth1"}]}' | why
  spec.config.plugins[].master: Required value: without it, the plugin uses the NIC of the default route or fails; use the NIC that is dedicated to migrations [master-required]
  $ config migration-b '{"name": "m", "plugins": [{"type": "vlan", "MASTER": "eth1", "linkInContainer": true}, {"type": "tuning"}]}' | why
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)
  $ config migration-b '{"type": "macvlan", "\u006daster": "eth1"}' | why
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)
  $ config migration-b '{"type": "bridge", "bridge": "br1"}' | why
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)
  $ config migration-b '{"type": "macvlan", "plugins": [{"type": "macvlan"}], "master": "eth1"}' | why
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)
  $ labelled() { printf 'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: net, namespace: %s, labels: {droveway.io/migration-network: "%s"}}\nspec: {config: "%s"}\n' "$@"; }
  $ labelled tenant true '{}' | why
  metadata.namespace: Invalid value: "tenant": KubeVirt looks for migration networks in openshift-cnv; create it in openshift-cnv, or label it droveway.io/migration-network: "false" [migration-namespace]
  $ labelled default true '{}' | why
  networkattachmentdefinition.k8s.cni.cncf.io/net created (server dry run)
  $ labelled openshift-cnv true '' | why
  spec.config: Required value: the configuration is in files on the nodes and cannot be checked; put the CNI configuration here [migration-opaque]
  $ labelled openshift-cnv false '' | why
  networkattachmentdefinition.k8s.cni.cncf.io/net created (server dry run)
  $ config migration-b "{\"type\": \"macvlan\", \"x\": [$(printf '1,%.0s' $(seq 5000))1]}" | why
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)

Only the webhook notices these.

  $ nad migration-b 10.200.5.0/24 eth9 | why
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)
  $ hco missing | why
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created (server dry run)

Old mistakes are no reason to deny an update, and neither is anything else in an object that is being deleted.

  $ kubectl -n openshift-cnv annotate net-attach-def migration-old a=b
  networkattachmentdefinition.k8s.cni.cncf.io/migration-old annotated
  $ config migration-old '{"cniVersion": "0.3.1", "name": "m", "type": "macvlan", "mtu": 1400}' | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-old configured
  $ config migration-old '{"cniVersion": "0.3.1",' | why
  spec.config: Invalid value: is not one JSON object; droveway check -f FILE shows the line and column of the mistake [cni-json]
  $ beta '{network: "a,b", parallelMigrationsPerCluster: -1, parallelOutboundMigrationsPerNode: 3}' openshift-cnv old | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/old configured
  $ beta '{network: "", parallelMigrationsPerCluster: -1, progressTimeout: -1}' openshift-cnv old | why
  spec.liveMigrationConfig.network: Invalid value: "": virt-operator writes "@migration0", which names no network, so new virt-handler pods stay in ContainerCreating; remove the field to migrate over the pod network [network-empty] * spec.liveMigrationConfig.progressTimeout: Invalid value: "-1": must not be negative; set a number of seconds [limit-range]
  $ kubectl -n openshift-cnv patch net-attach-def migration-old --type merge -p '{"metadata": {"finalizers": ["e2e.droveway.io/hold"]}}'
  networkattachmentdefinition.k8s.cni.cncf.io/migration-old patched
  $ kubectl -n openshift-cnv delete net-attach-def migration-old --wait=false
  networkattachmentdefinition.k8s.cni.cncf.io "migration-old" deleted from openshift-cnv namespace
  $ kubectl -n openshift-cnv patch net-attach-def migration-old --type merge -p '{"spec": {"config": "{"}}'
  networkattachmentdefinition.k8s.cni.cncf.io/migration-old patched
  $ kubectl -n openshift-cnv patch net-attach-def migration-old --type merge -p '{"metadata": {"finalizers": null}}'
  networkattachmentdefinition.k8s.cni.cncf.io/migration-old patched

A rule that Droveway's policy mentions is left to the webhook.

  $ set_policy() { kubectl -n droveway patch configmap droveway-policy -p "$(jq -n --arg policy "$1" '{data: {"policy.yaml": $policy}}')"; }
  $ set_policy $'apiVersion: droveway.io/v1alpha1\nkind: Policy\nrules: {network-syntax: warn}\n'
  configmap/droveway-policy patched
  $ allowed() { hco a,b | kubectl apply --dry-run=server -f -; }
  $ until_true 10 allowed
  $ beta '{network: ""}' | why
  spec.liveMigrationConfig.network: Invalid value: "": virt-operator writes "@migration0", which names no network, so new virt-handler pods stay in ContainerCreating; remove the field to migrate over the pod network [network-empty]

When a replica answers again, everything is denied.

  $ start_droveway
  $ nad migration-b 10.200.5.0/24 eth9 | why
  The NetworkAttachmentDefinition "migration-b" is invalid: 
  * spec.config.ipam.range: Invalid value: "10.200.5.0/24": overlaps 10.200.5.0/24 of migration network openshift-cnv/migration (shared: 10.200.5.1-10.200.5.254); choose a range outside it [overlap-network]
  * spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3; did you mean "eth1"? NICs present on all nodes: bond2 and eth1 [master-missing]
  $ hco missing | why
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.network: Not found: "missing": no such NAD in namespace openshift-cnv; create the NAD first [network-missing]

Without Droveway's policy, for instance after it was uninstalled, the policies deny nothing.

  $ kubectl delete validatingwebhookconfiguration droveway
  validatingwebhookconfiguration.admissionregistration.k8s.io "droveway" deleted
  $ kubectl -n droveway delete configmap droveway-policy
  configmap "droveway-policy" deleted from droveway namespace
  $ allowed() { kubectl create -f "$E2E/refused.yaml" --dry-run=server; }
  $ until_true 10 allowed
  $ kubectl delete validatingadmissionpolicies,validatingadmissionpolicybindings -l app.kubernetes.io/name=droveway >/dev/null
  $ REPOSITORY=$E2E/../.. install_webhooks . >/dev/null
  $ until_true 10 refused
