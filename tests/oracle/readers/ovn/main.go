// How OVN-Kubernetes reads a NetworkAttachmentDefinition: its network controller reads spec.config itself, and its CNI plugin reads what
// Multus passes to it. Reads one JSON object per line, and prints one per line in the same order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	nettypes "github.com/k8snetworkplumbingwg/network-attachment-definition-client/pkg/apis/k8s.cni.cncf.io/v1"
	nadutils "github.com/k8snetworkplumbingwg/network-attachment-definition-client/pkg/utils"
	"github.com/ovn-org/ovn-kubernetes/go-controller/pkg/config"
	"github.com/ovn-org/ovn-kubernetes/go-controller/pkg/util"
)

type input struct {
	ID        int    `json:"id"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Config    string `json:"config"`
}

type reading struct {
	ID       int      `json:"id"`
	Ours     bool     `json:"ours"` // the configuration is for OVN-Kubernetes
	Error    string   `json:"error,omitempty"`
	Topology string   `json:"topology,omitempty"`
	Subnets  []string `json:"subnets,omitempty"`
	Excluded []string `json:"excluded,omitempty"`
	MTU      int      `json:"mtu,omitempty"`
}

func read(in *input) (out reading) {
	out = reading{ID: in.ID, Ours: true}
	defer func() {
		if why := recover(); why != nil {
			out.Error = fmt.Sprintf("panic: %v", why)
		}
	}()
	nad := &nettypes.NetworkAttachmentDefinition{}
	nad.Name, nad.Namespace = in.Name, in.Namespace
	nad.Spec.Config = in.Config
	info, err := util.ParseNADInfo(nad)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	out.Topology, out.MTU = info.TopologyType(), info.MTU()
	for _, subnet := range info.Subnets() {
		out.Subnets = append(out.Subnets, subnet.CIDR.String())
	}
	for _, subnet := range info.ExcludeSubnets() {
		out.Excluded = append(out.Excluded, subnet.String())
	}
	handed, err := nadutils.GetCNIConfigFromSpec(in.Config, in.Name)
	if err == nil {
		_, err = config.ReadCNIConfig(handed)
	}
	if err != nil {
		out.Error = "plugin: " + err.Error()
	}
	return out
}

func main() {
	if err := config.PrepareTestConfig(); err != nil {
		fmt.Fprintln(os.Stderr, "ovn:", err)
		os.Exit(2)
	}
	config.IPv4Mode, config.IPv6Mode = true, true
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var line input
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			fmt.Fprintln(os.Stderr, "ovn:", err)
			os.Exit(2)
		}
		text, _ := json.Marshal(read(&line))
		fmt.Fprintln(out, string(text))
	}
}
