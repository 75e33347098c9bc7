//go:build tools

// Package main imports the programs of the control plane for the end-to-end tests, so that go.mod pins them.
package e2e

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
