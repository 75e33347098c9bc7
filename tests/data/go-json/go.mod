module droveway.io/go-json

go 1.26.8

require github.com/containernetworking/cni v1.3.0
