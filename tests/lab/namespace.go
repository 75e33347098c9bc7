package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

const netnsFolder = "/run/netns"

// space is a network namespace that `ip netns` shows, with a netlink handle inside it.
type space struct {
	name   string
	fd     netns.NsHandle
	handle *netlink.Handle
}

// apart runs f on a separate thread that ends with f, so that f may change the thread's namespaces.
func apart(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		done <- f()
	}()
	return <-done
}

// newSpace creates a named network namespace in which loopback is up.
func newSpace(name string) (*space, error) {
	path := netnsFolder + "/" + name
	s := &space{name: name, fd: -1}
	err := apart(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		if err := os.WriteFile(path, nil, 0o444); err != nil {
			return err
		}
		if err := unix.Mount("/proc/thread-self/ns/net", path, "", unix.MS_BIND, ""); err != nil {
			return err
		}
		var err error
		if s.fd, err = netns.GetFromPath(path); err != nil {
			return err
		}
		s.handle, err = netlink.NewHandle(unix.NETLINK_ROUTE)
		return err
	})
	if err == nil {
		var lo netlink.Link
		if lo, err = s.handle.LinkByName("lo"); err == nil {
			err = s.handle.LinkSetUp(lo)
		}
	}
	if err != nil {
		s.remove()
		return nil, fmt.Errorf("network namespace %s: %w", name, err)
	}
	return s, nil
}

func (s *space) path() string { return netnsFolder + "/" + s.name }

// remove removes the namespace, unless a process is still in it.
func (s *space) remove() {
	if s.handle != nil {
		s.handle.Close()
		s.handle = nil
	}
	if s.fd >= 0 {
		_ = s.fd.Close()
		s.fd = -1
	}
	removeNetns(s.path())
}

func removeNetns(path string) {
	_ = unix.Unmount(path, unix.MNT_DETACH)
	_ = os.Remove(path)
}

// inside runs f with this thread in the namespace. Sockets that f creates stay in it.
func (s *space) inside(f func() error) error {
	runtime.LockOSThread()
	home, err := netns.Get()
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	defer home.Close()
	if err := netns.Set(s.fd); err != nil {
		runtime.UnlockOSThread()
		return err
	}
	err = f()
	if back := netns.Set(home); back == nil {
		runtime.UnlockOSThread() // otherwise the thread ends with its goroutine
	}
	return err
}
