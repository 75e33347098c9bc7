//go:build tools

// The programs of a real control plane that the end-to-end run is made with.
package e2e

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
