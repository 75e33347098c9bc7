package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/containernetworking/cni/libcni"
	"github.com/containernetworking/cni/pkg/invoke"
	"github.com/containernetworking/cni/pkg/version"
	nadutils "github.com/k8snetworkplumbingwg/network-attachment-definition-client/pkg/utils"
	multuslog "gopkg.in/k8snetworkplumbingwg/multus-cni.v4/pkg/logging"
	multus "gopkg.in/k8snetworkplumbingwg/multus-cni.v4/pkg/types"
)

const (
	containerID   = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	interfaceName = "migration0"
	device        = "0000:03:02.0" // what the device plugin allocates if the NAD has a resource name
)

var (
	binFolder   string
	cacheFolder string
	netns       string // a network namespace to attach; if it does not exist, plugins fail after they have read their configuration
)

func prepare() error {
	binFolder = os.Getenv("CNI_PATH")
	if binFolder == "" {
		return errors.New("CNI_PATH has to name the folder of the CNI plugins")
	}
	netns = os.Getenv("READERS_NETNS")
	if netns == "" {
		netns = "/run/netns/none"
	}
	multuslog.SetLogStderr(false)
	var err error
	cacheFolder, err = os.MkdirTemp("", "droveway-readers-")
	return err
}

// read processes a configuration as a node does: Multus calls k8sclient.getKubernetesDelegate(), then DelegateAdd() with confAdd() or
// conflistAdd(). This calls their exported parts in the same order.
func read(in *input) (out reading) {
	out = reading{ID: in.ID, Verdict: accepted, Plugins: []plugin{}}
	recorder := &recorder{out: &out}
	stage := "multus"
	defer func() {
		if why := recover(); why != nil {
			out.Verdict, out.By, out.Error = refused, stage, fmt.Sprintf("panic: %v", why)
		}
	}()
	err := attach(in, recorder, &stage)
	var r *refusal
	switch {
	case err == nil:
	case errors.As(err, &r):
		out.Verdict, out.By, out.Error = refused, r.by, r.err.Error()
	case recorder.unknown:
		out.Verdict = unknown
	default:
		out.Verdict, out.By, out.Error = refused, stage, err.Error()
	}
	return out
}

func attach(in *input, recorder *recorder, stage *string) error {
	*stage = "nad-client"
	config, err := nadutils.GetCNIConfigFromSpec(in.Config, in.Name)
	if err != nil {
		return err
	}
	*stage = "multus"
	deviceID := ""
	if in.ResourceName != "" {
		deviceID = device
	}
	element := &multus.NetworkSelectionElement{Name: in.Name, Namespace: in.Namespace, InterfaceRequest: interfaceName}
	delegate, err := multus.LoadDelegateNetConf(config, element, deviceID, in.ResourceName)
	if err != nil {
		return err
	}
	*stage = "libcni"
	cni := libcni.NewCNIConfigWithCacheDir([]string{binFolder}, cacheFolder, recorder)
	runtimeConf := &libcni.RuntimeConf{
		ContainerID:    containerID,
		NetNS:          netns,
		IfName:         interfaceName,
		Args:           [][2]string{{"IgnoreUnknown", "true"}, {"K8S_POD_NAMESPACE", in.Namespace}, {"K8S_POD_NAME", "virt-handler-abcde"}},
		CapabilityArgs: map[string]any{},
	}
	if delegate.DeviceID != "" {
		runtimeConf.CapabilityArgs["deviceID"] = delegate.DeviceID
	}
	if delegate.ConfListPlugin {
		list, err := libcni.NetworkConfFromBytes(delegate.Bytes)
		if err != nil {
			return err
		}
		_, err = cni.AddNetworkList(context.Background(), list, runtimeConf)
		return err
	}
	conf, err := libcni.ConfFromBytes(delegate.Bytes)
	if err != nil {
		return err
	}
	_, err = cni.AddNetwork(context.Background(), conf, runtimeConf)
	return err
}

// recorder replaces the programs: it passes each plugin's configuration to the plugin's reader and answers like a plugin that has
// created the interface.
type recorder struct {
	version.PluginDecoder
	out     *reading
	last    *plugin
	unknown bool
}

func (r *recorder) FindInPath(name string, paths []string) (string, error) {
	if _, err := invoke.FindInPath(name, paths); err != nil && !isMissing(err) {
		return "", err
	}
	r.out.Plugins = append(r.out.Plugins, plugin{Type: name})
	r.last = &r.out.Plugins[len(r.out.Plugins)-1]
	return name, nil
}

func (r *recorder) ExecPlugin(_ context.Context, name string, stdin []byte, _ []string) ([]byte, error) {
	r.last.fill(stdin)
	known, err := r.last.read(stdin)
	if err != nil {
		return nil, err
	}
	if !known {
		r.unknown = true
		return nil, errors.New("unknown plugin")
	}
	return fakeResult(stdin)
}

// fill decodes the common members of plugins as they do.
func (p *plugin) fill(stdin []byte) {
	var conf struct {
		Master string `json:"master"`
		Mode   string `json:"mode"`
		MTU    int64  `json:"mtu"`
	}
	_ = json.Unmarshal(stdin, &conf) // a member of the wrong type does not affect the others
	p.Master, p.Mode, p.MTU = conf.Master, conf.Mode, conf.MTU
}

func fakeResult(stdin []byte) ([]byte, error) {
	var conf struct {
		CNIVersion string `json:"cniVersion"`
	}
	if err := json.Unmarshal(stdin, &conf); err != nil {
		return nil, err
	}
	switch conf.CNIVersion {
	case "", "0.1.0", "0.2.0":
		return []byte(fmt.Sprintf(`{"cniVersion":%q,"ip4":{"ip":"10.99.0.5/24"}}`, conf.CNIVersion)), nil
	case "0.3.0", "0.3.1", "0.4.0":
		return []byte(fmt.Sprintf(`{"cniVersion":%q,"interfaces":[{"name":"migration0","mac":"0a:58:0a:63:00:05","sandbox":%q}],`+
			`"ips":[{"version":"4","interface":0,"address":"10.99.0.5/24"}]}`, conf.CNIVersion, netns)), nil
	}
	return []byte(fmt.Sprintf(`{"cniVersion":%q,"interfaces":[{"name":"migration0","mac":"0a:58:0a:63:00:05","sandbox":%q}],`+
		`"ips":[{"interface":0,"address":"10.99.0.5/24"}]}`, conf.CNIVersion, netns)), nil
}
