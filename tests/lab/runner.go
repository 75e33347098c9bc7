package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/containernetworking/cni/pkg/invoke"
	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/cni/pkg/version"
)

const pluginLimit = 15 * time.Second

// runner starts plugins for Multus, on the node's thread. It is like that of libcni, but it kills a plugin that hangs, including its
// children, and handles the pod network itself.
type runner struct {
	version.PluginDecoder
	pod *pod
}

func (r *runner) FindInPath(plugin string, paths []string) (string, error) {
	if plugin == podNetworkType {
		return "/" + podNetworkType, nil
	}
	return invoke.FindInPath(plugin, paths)
}

func (r *runner) ExecPlugin(ctx context.Context, path string, config []byte, environment []string) ([]byte, error) {
	if filepath.Base(path) == podNetworkType {
		if has(environment, "CNI_COMMAND=ADD") {
			result, err := r.pod.joinPodNetwork()
			return []byte(result), err
		}
		r.pod.leavePodNetwork()
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(r.pod.lab.ctx, pluginLimit)
	defer cancel()
	var out, words bytes.Buffer
	c := exec.CommandContext(ctx, path)
	c.Env = append(environment, "NODENAME="+r.pod.node.name)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(config), &out, &words
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	err := c.Run()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("no answer in %v", pluginLimit)
	case err != nil:
		return nil, pluginError(err, out.Bytes(), words.Bytes())
	}
	return out.Bytes(), nil
}

// pluginError is a copy of libcni's pluginErr (pkg/invoke/raw_exec.go), which is not exported.
func pluginError(err error, out, words []byte) error {
	said := types.Error{}
	if len(out) == 0 {
		if len(words) == 0 {
			said.Msg = fmt.Sprintf("netplugin failed with no error message: %v", err)
		} else {
			said.Msg = fmt.Sprintf("netplugin failed: %q: %v", words, err)
		}
	} else if bad := json.Unmarshal(out, &said); bad != nil {
		said.Msg = fmt.Sprintf("netplugin failed but error parsing its diagnostic message %q: %v", out, bad)
	}
	return &said
}
