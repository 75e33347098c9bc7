package main

import (
	"encoding/json"
	"errors"
	"net"

	"github.com/containernetworking/cni/libcni"
	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/cni/pkg/utils"
)

// The name of the NetworkAttachmentDefinition that contains the configurations.
const objectName = "net"

// The members that a plugin and its IPAM plugin read, and Droveway, too.
type plugin struct {
	Type            string `json:"type"`
	Master          string `json:"master,omitempty"`
	Bridge          string `json:"bridge,omitempty"`
	Mode            string `json:"mode,omitempty"`
	MTU             int    `json:"mtu,omitempty"`
	Vlan            int    `json:"vlan,omitempty"`
	VlanID          int    `json:"vlanId,omitempty"`
	LinkInContainer bool   `json:"linkInContainer,omitempty"`
	IPAM            ipam   `json:"ipam"`
}

type ipam struct {
	Type        string   `json:"type,omitempty"`
	Range       string   `json:"range,omitempty"`
	RangeStart  string   `json:"range_start,omitempty"`
	RangeEnd    string   `json:"range_end,omitempty"`
	Exclude     []string `json:"exclude,omitempty"`
	Gateway     string   `json:"gateway,omitempty"`
	Ranges      []string `json:"ipRanges,omitempty"`
	Overlapping bool     `json:"enable_overlapping_ranges,omitempty"`
	NetworkName string   `json:"network_name,omitempty"`
}

type reading struct {
	Error   string   `json:"error,omitempty"`
	Name    string   `json:"name,omitempty"`
	Version string   `json:"cniVersion,omitempty"`
	List    bool     `json:"list,omitempty"`
	Plugins []plugin `json:"plugins,omitempty"`
}

// read processes a configuration from spec.config to the plugins.
func read(config []byte) (reading, error) {
	config, err := attach(config)
	if err != nil {
		return reading{}, err
	}
	list, isList, err := delegate(config)
	if err != nil {
		return reading{}, err
	}
	if err := utils.ValidateNetworkName(list.Name); err != nil {
		return reading{}, err
	}
	out := reading{Name: list.Name, Version: list.CNIVersion, List: isList}
	for _, one := range list.Plugins {
		// libcni/api.go, buildOneConfig: every plugin gets the network's name and version, set in a map.
		one, err := libcni.InjectConf(one, map[string]interface{}{"name": list.Name, "cniVersion": list.CNIVersion})
		if err != nil {
			return reading{}, err
		}
		p, err := readPlugin(one)
		if err != nil {
			return reading{}, err
		}
		out.Plugins = append(out.Plugins, p)
	}
	return out, nil
}

// network-attachment-definition-client, pkg/utils/cniconfig.go, GetCNIConfigFromSpec: fills in the name. It reads a map,
// so it knows this key only in lower case.
func attach(config []byte) ([]byte, error) {
	var raw map[string]interface{}
	if err := json.Unmarshal(config, &raw); err != nil {
		return nil, err
	}
	if name, ok := raw["name"]; ok && name != "" {
		return config, nil
	}
	if raw == nil {
		return nil, errors.New("assignment to entry in nil map") // it panics there
	}
	raw["name"] = objectName
	return json.Marshal(raw)
}

// Multus, pkg/types/conf.go, LoadDelegateNetConf: with a type, it is a single plugin; otherwise it is a list.
func delegate(config []byte) (*libcni.NetworkConfigList, bool, error) {
	var conf types.NetConf
	if err := json.Unmarshal(config, &conf); err != nil {
		return nil, false, err
	}
	if conf.Type != "" {
		one, err := libcni.ConfFromBytes(config)
		if err != nil {
			return nil, false, err
		}
		return &libcni.NetworkConfigList{Name: one.Network.Name, CNIVersion: one.Network.CNIVersion,
			Plugins: []*libcni.NetworkConfig{one}}, false, nil
	}
	var list types.NetConfList
	if err := json.Unmarshal(config, &list); err != nil {
		return nil, true, err
	}
	if len(list.Plugins) == 0 || list.Plugins[0] == nil || list.Plugins[0].Type == "" {
		return nil, true, errors.New("delegate must have the 'type' or 'plugin' field")
	}
	read, err := libcni.ConfListFromBytes(config)
	return read, true, err
}

// The fields of github.com/containernetworking/plugins, plugins/main/*. They are copied because programs can't be imported.
type ipvlanConf struct {
	types.NetConf
	Master          string `json:"master"`
	Mode            string `json:"mode"`
	MTU             int    `json:"mtu"`
	LinkInContainer bool   `json:"linkInContainer,omitempty"`
}

type macArgs struct {
	MAC types.UnmarshallableString `json:"mac,omitempty"`
}

type runtimeConf struct {
	MAC string `json:"mac,omitempty"`
}

type macvlanConf struct {
	ipvlanConf
	MAC           string      `json:"mac,omitempty"`
	BcQueueLen    uint32      `json:"bcqueuelen,omitempty"`
	RuntimeConfig runtimeConf `json:"runtimeConfig,omitempty"`
}

type vlanConf struct {
	types.NetConf
	Master          string `json:"master"`
	VlanID          int    `json:"vlanId"`
	MTU             int    `json:"mtu,omitempty"`
	LinkInContainer bool   `json:"linkInContainer,omitempty"`
}

type bridgeConf struct {
	types.NetConf
	Bridge string `json:"bridge"`
	MTU    int    `json:"mtu"`
	Vlan   int    `json:"vlan"`
	Trunk  []*struct {
		MinID *int `json:"minID,omitempty"`
		MaxID *int `json:"maxID,omitempty"`
		ID    *int `json:"id,omitempty"`
	} `json:"vlanTrunk,omitempty"`
	IsGateway                 bool    `json:"isGateway"`
	IsDefaultGateway          bool    `json:"isDefaultGateway"`
	ForceAddress              bool    `json:"forceAddress"`
	IPMasq                    bool    `json:"ipMasq"`
	IPMasqBackend             *string `json:"ipMasqBackend,omitempty"`
	HairpinMode               bool    `json:"hairpinMode"`
	PromiscMode               bool    `json:"promiscMode"`
	PreserveDefaultVlan       bool    `json:"preserveDefaultVlan"`
	MacSpoofChk               bool    `json:"macspoofchk,omitempty"`
	EnableDad                 bool    `json:"enabledad,omitempty"`
	DisableContainerInterface bool    `json:"disableContainerInterface,omitempty"`
	PortIsolation             bool    `json:"portIsolation,omitempty"`
	Args                      struct {
		CNI macArgs `json:"cni,omitempty"`
	} `json:"args,omitempty"`
	RuntimeConfig runtimeConf `json:"runtimeConfig,omitempty"`
}

func readPlugin(one *libcni.NetworkConfig) (plugin, error) {
	out := plugin{Type: one.Network.Type}
	var err error
	switch out.Type {
	case "macvlan":
		var c macvlanConf
		err = json.Unmarshal(one.Bytes, &c)
		out.Master, out.Mode, out.MTU, out.LinkInContainer = c.Master, c.Mode, c.MTU, c.LinkInContainer
	case "ipvlan":
		var c ipvlanConf
		err = json.Unmarshal(one.Bytes, &c)
		out.Master, out.Mode, out.MTU, out.LinkInContainer = c.Master, c.Mode, c.MTU, c.LinkInContainer
	case "vlan":
		var c vlanConf
		err = json.Unmarshal(one.Bytes, &c)
		out.Master, out.VlanID, out.MTU, out.LinkInContainer = c.Master, c.VlanID, c.MTU, c.LinkInContainer
	case "bridge":
		var c bridgeConf
		err = json.Unmarshal(one.Bytes, &c)
		out.Bridge, out.Vlan, out.MTU = c.Bridge, c.Vlan, c.MTU
	}
	if err != nil {
		return plugin{}, err
	}
	out.IPAM.Type = one.Network.IPAM.Type
	if out.IPAM.Type != "whereabouts" {
		return out, nil
	}
	out.IPAM, err = readWhereabouts(one.Bytes)
	return out, err
}

// The fields of whereabouts, pkg/types/types.go (IPAMConfigAlias, RangeConfiguration, KubernetesConfig).
type rangeConf struct {
	Exclude    []string `json:"exclude,omitempty"`
	Range      string   `json:"range"`
	RangeStart net.IP   `json:"range_start,omitempty"`
	RangeEnd   net.IP   `json:"range_end,omitempty"`
}

type whereaboutsConf struct {
	Name          string
	Type          string         `json:"type"`
	Routes        []*types.Route `json:"routes"`
	Datastore     string         `json:"datastore"`
	IPRanges      []rangeConf    `json:"ipRanges"`
	NodeSliceSize string         `json:"node_slice_size"`
	Exclude       []string       `json:"exclude,omitempty"`
	DNS           types.DNS      `json:"dns"`
	Range         string         `json:"range"`
	RangeStart    string         `json:"range_start,omitempty"`
	RangeEnd      string         `json:"range_end,omitempty"`
	GatewayStr    string         `json:"gateway"`
	LeaseDuration int            `json:"leader_lease_duration,omitempty"`
	RenewDeadline int            `json:"leader_renew_deadline,omitempty"`
	RetryPeriod   int            `json:"leader_retry_period,omitempty"`
	LogFile       string         `json:"log_file"`
	LogLevel      string         `json:"log_level"`
	Overlapping   bool           `json:"enable_overlapping_ranges,omitempty"`
	SleepForRace  int            `json:"sleep_for_race,omitempty"`
	Gateway       string
	Kubernetes    struct {
		KubeConfigPath string `json:"kubeconfig,omitempty"`
		K8sAPIRoot     string `json:"k8s_api_root,omitempty"`
	} `json:"kubernetes,omitempty"`
	ConfigurationPath string `json:"configuration_path"`
	PodName           string
	PodNamespace      string
	NetworkName       string `json:"network_name,omitempty"`
}

// Decodes into a new struct, so that a second `ipam` keeps nothing of the first.
func (c *whereaboutsConf) UnmarshalJSON(data []byte) error {
	type plain whereaboutsConf
	fresh := plain{Overlapping: true}
	if err := json.Unmarshal(data, &fresh); err != nil {
		return err
	}
	*c = whereaboutsConf(fresh)
	return nil
}

func readWhereabouts(config []byte) (ipam, error) {
	outer := struct {
		Name       string           `json:"name"`
		CNIVersion string           `json:"cniVersion"`
		IPAM       *whereaboutsConf `json:"ipam"`
	}{}
	if err := json.Unmarshal(config, &outer); err != nil {
		return ipam{}, err
	}
	c := outer.IPAM
	if c == nil {
		return ipam{}, errors.New("no IPAM")
	}
	out := ipam{Type: c.Type, Range: c.Range, RangeStart: c.RangeStart, RangeEnd: c.RangeEnd, Exclude: c.Exclude,
		Gateway: c.GatewayStr, Overlapping: c.Overlapping, NetworkName: c.NetworkName}
	if out.Gateway == "" {
		out.Gateway = c.Gateway
	}
	for _, entry := range c.IPRanges {
		if _, _, err := net.ParseCIDR(entry.Range); err != nil {
			return ipam{}, err
		}
		out.Ranges = append(out.Ranges, entry.Range)
	}
	return out, nil
}
