A missing name, version and mode are filled into the configuration; the rest stays the same, byte for byte.

  $ . "$E2E/scenario.sh"
  $ config migration '{ "type":"macvlan",  "master" : "eth1", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"} }' | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ kubectl -n openshift-cnv get net-attach-def migration -o jsonpath='{.spec.config}{"\n"}'
  { "name": "migration", "cniVersion": "0.3.1", "mode": "bridge", "type":"macvlan",  "master" : "eth1", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24"} }
  $ config tenant '{ "type":"macvlan",  "master" : "eth1" }' tenant | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/tenant created
  $ kubectl -n tenant get net-attach-def tenant -o jsonpath='{.spec.config}{"\n"}'
  { "type":"macvlan",  "master" : "eth1" }
