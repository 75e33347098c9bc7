A network set by HyperConverged's jsonpatch annotation is checked too.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ cat > hco.yaml <<'END'
  > apiVersion: hco.kubevirt.io/v1beta1
  > kind: HyperConverged
  > metadata:
  >   name: kubevirt-hyperconverged
  >   namespace: openshift-cnv
  >   annotations:
  >     kubevirt.kubevirt.io/jsonpatch: '[{"op": "add", "path": "/spec/configuration/migrations", "value": {"network": "migratoin"}}]'
  > spec: {}
  > END
  $ kubectl apply -f hco.yaml
  Warning: metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: sets the network to "migratoin" [jsonpatch-network]
  The HyperConverged "kubevirt-hyperconverged" is invalid: metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: Not found: "migratoin": no such NAD in namespace openshift-cnv; did you mean "migration"? [network-missing]
  [1]
  $ sed -i s/migratoin/migration/ hco.yaml
  $ kubectl apply -f hco.yaml
  Warning: metadata.annotations[kubevirt.kubevirt.io/jsonpatch]: sets the network to "migration" [jsonpatch-network]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
