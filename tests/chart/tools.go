//go:build tools

// Package chart imports the programs that the chart's tests need, so that go.mod pins them.
package chart

import (
	_ "helm.sh/helm/v3/cmd/helm"
	_ "helm.sh/helm/v4/cmd/helm"
)
