package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/containernetworking/cni/pkg/invoke"
	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/plugins/pkg/ip"
	"github.com/containernetworking/plugins/plugins/ipam/host-local/backend/allocator"
	"github.com/k8snetworkplumbingwg/whereabouts/pkg/allocate"
	"github.com/k8snetworkplumbingwg/whereabouts/pkg/config"
	"github.com/k8snetworkplumbingwg/whereabouts/pkg/iphelpers"
	wblog "github.com/k8snetworkplumbingwg/whereabouts/pkg/logging"
	store "github.com/k8snetworkplumbingwg/whereabouts/pkg/storage/kubernetes"
	wbtypes "github.com/k8snetworkplumbingwg/whereabouts/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
)

const countAtMost = 256

// Plugins that run no IPAM plugin.
var withoutIPAM = map[string]bool{"tuning": true, "cnv-tuning": true, "sbr": true, "bandwidth": true, "portmap": true, "firewall": true,
	"vrf": true, "loopback": true, "ovn-k8s-cni-overlay": true, "route-override": true}

func (p *plugin) readIPAM(stdin []byte) error {
	var conf types.PluginConf
	if withoutIPAM[p.Type] || json.Unmarshal(stdin, &conf) != nil || conf.IPAM.Type == "" {
		return nil
	}
	p.IPAM = &ipam{Type: conf.IPAM.Type, Pools: []pool{}}
	if _, err := invoke.FindInPath(conf.IPAM.Type, []string{binFolder}); err != nil && !isMissing(err) {
		return &refusal{p.Type, err}
	}
	switch conf.IPAM.Type {
	case "whereabouts":
		return p.IPAM.whereabouts(stdin)
	case "host-local":
		return p.IPAM.hostLocal(stdin)
	case "static", "dhcp":
		outcome, _, err := run(conf.IPAM.Type, stdin)
		p.IPAM.Outcome = outcome
		return err
	}
	return nil
}

// nodeFile is the whereabouts.conf that the installer of whereabouts writes on each node.
var nodeFile = sync.OnceValue(func() string {
	wblog.SetLogStderr(false)
	path := filepath.Join(cacheFolder, "whereabouts.conf")
	if err := os.WriteFile(path, []byte(`{"kubernetes":{"kubeconfig":"/etc/cni/net.d/whereabouts.d/whereabouts.kubeconfig"}}`), 0o600); err != nil {
		panic(err)
	}
	return path
})

func text(address net.IP) string {
	if address == nil {
		return ""
	}
	return address.String()
}

// whereabouts: cmd/whereabouts.go cmdAddFunc(), then pkg/storage/kubernetes IPManagementKubernetesUpdate() without a cluster.
func (i *ipam) whereabouts(stdin []byte) error {
	if err := checkVersion("whereabouts", stdin); err != nil {
		return err
	}
	conf, _, err := config.LoadIPAMConfig(stdin, "IgnoreUnknown=true;K8S_POD_NAME=virt-handler-abcde;K8S_POD_NAMESPACE=kubevirt", nodeFile())
	if err != nil {
		return refuse("whereabouts", "%v", err)
	}
	i.Gateway, i.NetworkName = text(conf.Gateway), conf.NetworkName
	for _, r := range conf.IPRanges {
		if conf.NodeSliceSize != "" { // a controller creates its slices
			i.Outcome = "node slices"
			return nil
		}
		p, err := wherePool(r, conf.NetworkName)
		i.Pools = append(i.Pools, p)
		if err != nil {
			return &refusal{"whereabouts", err}
		}
	}
	if len(conf.IPRanges)+len(conf.Addresses) == 0 {
		return refuse("whereabouts", "IPAM plugin returned missing IP config") // the error of the plugin that called it
	}
	return leaderElection(conf)
}

func wherePool(r wbtypes.RangeConfiguration, network string) (pool, error) {
	p := pool{Subnet: r.Range, Count: -1}
	name := store.IPPoolName(store.PoolIdentifier{IpRange: r.Range, NetworkName: network})
	if problems := validation.IsDNS1123Subdomain(name); len(problems) > 0 {
		return p, fmt.Errorf("no IPPool can be called %q: %s", name, problems[0])
	}
	_, subnet, err := net.ParseCIDR(r.Range)
	if err != nil {
		return p, err
	}
	first, last, err := iphelpers.GetIPRange(*subnet, r.RangeStart, r.RangeEnd)
	if err != nil {
		return p, err
	}
	p.First, p.Last = text(first), text(last)
	next, reserved, err := allocate.AssignIP(r, nil, "id", "ns/pod-0", interfaceName)
	if err != nil {
		return p, err
	}
	p.Next = text(next.IP)
	span, err := iphelpers.IPGetOffset(last, first)
	if err != nil || span >= countAtMost {
		return p, nil
	}
	for p.Count = 1; ; p.Count++ {
		_, more, err := allocate.AssignIP(r, reserved, "id", fmt.Sprintf("ns/pod-%d", p.Count), interfaceName)
		if err != nil {
			return p, nil
		}
		reserved = more
	}
}

// leaderElection rejects what leaderelection.NewLeaderElector() of client-go rejects; whereabouts then panics (pkg/storage/kubernetes
// newLeaderElector()).
func leaderElection(conf *wbtypes.IPAMConfig) error {
	lease, renew, retry := conf.LeaderLeaseDuration, conf.LeaderRenewDeadline, conf.LeaderRetryPeriod
	if lease <= renew || float64(renew) <= 1.2*float64(retry) || lease < 1 || renew < 1 || retry < 1 {
		return refuse("whereabouts", "panic: leader election with %d, %d, %d", lease, renew, retry)
	}
	return nil
}

func (i *ipam) hostLocal(stdin []byte) error {
	if err := checkVersion("host-local", stdin); err != nil {
		return err
	}
	conf, _, err := allocator.LoadIPAMConfig(stdin, "")
	if err != nil {
		return refuse("host-local", "%v", err)
	}
	for _, set := range conf.Ranges {
		given := 0
		for _, r := range set {
			p := hostPool(&r)
			given += p.Count
			if p.Count < 0 {
				given = 1
			}
			i.Pools = append(i.Pools, p)
		}
		if given == 0 {
			return refuse("host-local", "no IP addresses available in range set: %s", set.String())
		}
	}
	return nil
}

// hostPool iterates over the range as the allocator does, which skips the gateway.
func hostPool(r *allocator.Range) pool {
	p := pool{Subnet: (*net.IPNet)(&r.Subnet).String(), First: text(r.RangeStart), Last: text(r.RangeEnd), Gateway: text(r.Gateway)}
	seen := 0
	for at := r.RangeStart; ip.Cmp(at, r.RangeEnd) <= 0; at = ip.NextIP(at) {
		if seen++; seen > countAtMost {
			p.Count = -1
			return p
		}
		if at.Equal(r.Gateway) {
			continue
		}
		if p.Count == 0 {
			p.Next = text(at)
		}
		p.Count++
	}
	return p
}
