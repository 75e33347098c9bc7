/readyz?verbose shows the state of each kind.
Needs Kubernetes 1.33: there is no ServiceCIDR v1 before.

  $ . "$E2E/scenario.sh"
  $ all_watched() { ! webhook '/readyz?verbose' | grep -q 'opening the watch'; }
  $ until_true 30 all_watched
  $ webhook '/readyz?verbose'
  [+]shutdown
  [+]view
  [+]network-attachment-definitions.k8s.cni.cncf.io: watching, 0 objects, last heard from 0 s ago
  [+]hyperconvergeds.hco.kubevirt.io: watching, 0 objects, last heard from 0 s ago
  [+]kubevirts.kubevirt.io: watching, 0 objects, last heard from 0 s ago
  [+]nodes: watching, 3 objects, last heard from 0 s ago
  [+]nodenetworkstates.nmstate.io: watching, 3 objects, last heard from 0 s ago
  [+]networks.config.openshift.io: watching, 1 object, last heard from 0 s ago
  [+]networks.operator.openshift.io: watching, 1 object, last heard from 0 s ago
  [+]servicecidrs.networking.k8s.io: watching, 1 object, last heard from 0 s ago
  [+]ipaddresspools.metallb.io: watching, 1 object, last heard from 0 s ago
  [+]configmaps kube-system/kubeadm-config: watching, 0 objects, last heard from 0 s ago
  [+]configmaps kube-system/cluster-config-v1: watching, 1 object, last heard from 0 s ago
  [+]virtualmachineinstancemigrations.kubevirt.io: watching, 0 objects, last heard from 0 s ago
  [+]migrationpolicies.migrations.kubevirt.io: watching, 0 objects, last heard from 0 s ago
  readyz check passed
