// The modules that hold the CustomResourceDefinitions of the end-to-end tests (crds.sh); nothing of them is compiled.
module droveway.io/crds

go 1.26.0

require (
	github.com/k8snetworkplumbingwg/network-attachment-definition-client v1.7.7
	github.com/kyverno/kyverno v1.13.4
	github.com/openshift/api v0.0.0-20260325070019-86893981287e
	go.universe.tf/metallb v0.16.2
)
