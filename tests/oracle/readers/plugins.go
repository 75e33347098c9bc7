package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/containernetworking/cni/pkg/version"
	"github.com/containernetworking/plugins/pkg/ns"
	ovs "github.com/k8snetworkplumbingwg/ovs-cni/pkg/config"
	sriov "github.com/k8snetworkplumbingwg/sriov-cni/pkg/types"
	"github.com/vishvananda/netlink"
)

func isMissing(err error) bool {
	return strings.HasPrefix(err.Error(), "failed to find plugin")
}

// Programs that are installed with another name.
var aliases = map[string]string{"cnv-bridge": "bridge", "cnv-tuning": "tuning"}

// Errors of plugins after they have read their configuration, because namespace, NIC, daemon or kernel module are missing here.
var laterErrors = regexp.MustCompile(strings.Join([]string{
	`failed to open netns`, `failed to Statfs`, `error dialing DHCP daemon`, `veth peer`, `[Ll]ink not found`, `LinkNotFound`,
	`failed to lookup master`, `failed to lookup "`, `no default route`, `failed to find master`, `no such network interface`,
	`operation not supported`, `operation not permitted`, `permission denied`, `error dialing DHCP daemon`, `numerical result out of range`,
	`failed to find host device`, `no such device`, `could not find plugin`, `failed to find plugin`, `no plugin name provided`, `device or resource busy`,
	`executable file not found`, `failed to move link`, `system bus not found`, `invalid MTU \d+, must be \[0, master MTU`, `already exists but is not a bridge`, `LinkByIndex`, `failed to find interface`, `couldn't find host interface`,
}, "|"))

// read passes the configuration to the plugin's reader, and to that of its IPAM plugin. It returns false if there is none.
func (p *plugin) read(stdin []byte) (bool, error) {
	if !p.isKnown() {
		return false, nil
	}
	if err := p.readIPAM(stdin); err != nil {
		return true, err
	}
	switch p.Type {
	case "ovs":
		if err := checkVersion(p.Type, stdin); err != nil {
			return true, err
		}
		_, err := ovs.LoadConf(stdin)
		if err != nil {
			return true, refuse(p.Type, "%v", err)
		}
		return true, nil
	case "sriov": // its LoadConf() also looks for the device
		if err := checkVersion(p.Type, stdin); err != nil {
			return true, err
		}
		if err := json.Unmarshal(stdin, &sriov.NetConf{}); err != nil {
			return true, refuse(p.Type, "%v", err)
		}
		return true, nil
	case "ovn-k8s-cni-overlay": // ovn/main.go reads it
		return true, checkVersion(p.Type, stdin)
	}
	outcome, known, err := run(p.Type, stdin)
	p.Outcome = outcome
	return known, err
}

// programOf returns the path of the plugin's program, or "" if there is none or it is not a plugin for pod networks.
func programOf(name string) string {
	if other, ok := aliases[name]; ok {
		name = other
	}
	path := filepath.Join(binFolder, name)
	if info, err := os.Stat(path); err != nil || info.IsDir() || notPlugins[name] {
		return ""
	}
	return path
}

var notPlugins = map[string]bool{"multus": true, "loopback": true, "whereabouts": true, "host-local": true, "": true}

func (p *plugin) isKnown() bool {
	return p.Type == "ovs" || p.Type == "sriov" || p.Type == "ovn-k8s-cni-overlay" || programOf(p.Type) != ""
}

// run calls the plugin's program. Its first error shows whether it has read the configuration.
func run(name string, stdin []byte) (outcome string, known bool, err error) {
	path := programOf(name)
	if path == "" {
		return "", false, nil
	}
	command := exec.Command(path)
	command.Stdin = bytes.NewReader(stdin)
	command.Env = []string{"CNI_COMMAND=ADD", "CNI_CONTAINERID=" + containerID, "CNI_NETNS=" + netns, "CNI_IFNAME=" + interfaceName,
		"CNI_PATH=/nonexistent", "CNI_ARGS=IgnoreUnknown=true", "CNI_NETNS_OVERRIDE=1"}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := ready(withoutIPAM[name]); err != nil {
		return "", true, err
	}
	if command.Run() == nil {
		return "done", true, nil
	}
	var answer struct {
		Code    int    `json:"code"`
		Msg     string `json:"msg"`
		Details string `json:"details"`
	}
	if json.Unmarshal(stdout.Bytes(), &answer) != nil {
		first, _, _ := strings.Cut(stderr.String(), "\n")
		return "", true, &refusal{name, errors.New("panic: " + first)}
	}
	text := strings.TrimSpace(answer.Msg + " " + answer.Details)
	if laterErrors.MatchString(text) {
		return text, true, nil
	}
	return "", true, &refusal{name, errors.New(text)}
}

// ready removes what the last plugin left in the pod's namespace, and, if withInterface is set, creates the interface that the plugin
// changes. READERS_RESET is a command that creates the namespace and the NICs.
func ready(withInterface bool) error {
	reset := os.Getenv("READERS_RESET")
	if reset == "" {
		return nil
	}
	clean := true
	pod, err := ns.GetNS(netns)
	if err != nil {
		return err
	}
	defer pod.Close()
	err = pod.Do(func(ns.NetNS) error {
		links, err := netlink.LinkList()
		for _, link := range links {
			if link.Attrs().Name != "lo" {
				_ = netlink.LinkDel(link) // this also removes its NIC, if it has one
			}
		}
		if withInterface && err == nil {
			err = netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: interfaceName}, PeerName: "other"})
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, nic := range nics {
		_, err := netlink.LinkByName(nic)
		clean = clean && err == nil
	}
	if clean {
		return nil
	}
	return exec.Command("sh", "-c", reset).Run()
}

// The NICs that READERS_RESET creates.
var nics = []string{"eth1", "eth2"}

// checkVersion fails as skel does. It is for readers that are called inside this program.
func checkVersion(by string, stdin []byte) error {
	decoder := version.ConfigDecoder{}
	found, err := decoder.Decode(stdin)
	if err != nil {
		return &refusal{by, err}
	}
	reconciler := version.Reconciler{}
	if err := reconciler.Check(found, version.All); err != nil {
		return refuse(by, "incompatible CNI versions: %s", err.Details())
	}
	return nil
}
