// The modules that hold the CustomResourceDefinitions that examples/gitops is checked with; nothing of them is compiled.
module droveway.io/gitops

go 1.26.0

require (
	github.com/argoproj/argo-cd/v3 v3.5.7
	github.com/fluxcd/kustomize-controller v1.9.6
	github.com/fluxcd/source-controller v1.9.6
)
