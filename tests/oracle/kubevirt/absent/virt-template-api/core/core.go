// Package core stands in for a module that the module proxy does not serve. Only an informer uses it that the oracle
// never starts (pkg/controller/virtinformers.go).
package core

const (
	GroupName            = "template.kubevirt.io"
	SingularResourceName = "virtualmachinetemplate"
	PluralResourceName   = "virtualmachinetemplates"
)
