//go:build tools

// Package upgrade imports the program that rolls Deployments out, so that go.mod pins it.
package upgrade

import (
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
)
