package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"sigs.k8s.io/yaml"
)

// daemon is a program that runs until it is stopped. It always ends with the laboratory.
type daemon struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// startDaemon starts a daemon on a thread that `where` has prepared. The thread waits for its end, because the kernel sends the
// parent-death signal when the thread ends.
func startDaemon(where func(func() error) error, log string, words ...string) (*daemon, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	d := &daemon{exec.Command(words[0], words[1:]...), make(chan struct{})}
	d.cmd.Stdout, d.cmd.Stderr = out, out
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	go func() {
		defer close(d.done)
		defer out.Close()
		_ = where(func() error {
			err := d.cmd.Start()
			started <- err
			if err == nil {
				_ = d.cmd.Wait()
			}
			return nil
		})
	}()
	return d, <-started
}

func (d *daemon) stop() {
	_ = syscall.Kill(-d.cmd.Process.Pid, syscall.SIGKILL)
	<-d.done
}

// credentials of the control plane: a certificate that is its own CA, a key for service accounts, a token.
type credentials struct {
	certificate, token string
	roots              *x509.CertPool
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

func makeCredentials(folder string) (*credentials, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "droveway-lab"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.ParseIP(apiAddress), net.ParseIP(apiService), net.ParseIP("127.0.0.1")},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	keyBytes, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	accounts, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	token := make([]byte, 16)
	_, _ = rand.Read(token)
	c := &credentials{token: hex.EncodeToString(token), roots: x509.NewCertPool()}
	c.certificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	c.roots.AppendCertsFromPEM([]byte(c.certificate))
	for _, err := range []error{
		writePEM(folder+"/tls.crt", "CERTIFICATE", der), writePEM(folder+"/tls.key", "EC PRIVATE KEY", keyBytes),
		writePEM(folder+"/accounts.key", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(accounts)),
		os.WriteFile(folder+"/tokens.csv", []byte(c.token+",admin,1,system:masters\n"), 0o600),
	} {
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// controlPlane starts etcd and kube-apiserver in the namespace `in`, with the CRDs and the namespaces that cases need.
func (l *lab) controlPlane(in *space, folder string) (*api, *credentials, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, nil, err
	}
	c, err := makeCredentials(folder)
	if err != nil {
		return nil, nil, err
	}
	where := func(f func() error) error { return apart(func() error { return in.inside(f) }) }
	etcd := "http://127.0.0.1:2379"
	peer := "http://127.0.0.1:2380"
	for _, program := range [][]string{
		{"etcd", "--data-dir", folder + "/etcd", "--unsafe-no-fsync", "--log-level", "error",
			"--listen-client-urls", etcd, "--advertise-client-urls", etcd, "--listen-peer-urls", peer,
			"--initial-advertise-peer-urls", peer, "--initial-cluster", "default=" + peer},
		{l.options.assets + "/kube-apiserver", "--etcd-servers", etcd, "--bind-address", "0.0.0.0",
			"--advertise-address", apiAddress, "--secure-port", "6443", "--cert-dir", folder + "/api",
			"--tls-cert-file", folder + "/tls.crt", "--tls-private-key-file", folder + "/tls.key",
			"--token-auth-file", folder + "/tokens.csv", "--authorization-mode", "AlwaysAllow",
			"--disable-admission-plugins", "ServiceAccount", "--service-account-issuer", "https://droveway-lab",
			"--service-account-key-file", folder + "/accounts.key", "--service-account-signing-key-file", folder + "/accounts.key",
			"--service-cluster-ip-range", serviceNetwork, "--watch-cache=false", "--profiling=false",
			"--enable-priority-and-fairness=false", "--endpoint-reconciler-type", "none"},
	} {
		d, err := startDaemon(where, folder+"/"+filepath.Base(program[0])+".log", program...)
		if err != nil {
			return nil, nil, err
		}
		l.daemons = append(l.daemons, d)
	}
	a := newAPI(in, c.roots, c.token)
	if err := l.until(2*time.Minute, func() error { return a.call("GET", "/readyz", nil, nil) }); err != nil {
		return nil, nil, fmt.Errorf("kube-apiserver is not ready: %w", err)
	}
	files, err := filepath.Glob(l.options.bin + "/crds/*.yaml")
	if err != nil {
		return nil, nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		var crd object
		if err := yaml.Unmarshal(text, &crd); err != nil {
			return nil, nil, err
		}
		if err := a.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd); err != nil {
			return nil, nil, err
		}
	}
	for _, name := range []string{kubevirtNamespace, "vms"} {
		if err := a.create("/api/v1/namespaces", object{"metadata": object{"name": name}}); err != nil {
			return nil, nil, err
		}
	}
	for _, path := range []string{fmt.Sprintf(nadPath, kubevirtNamespace), whereaboutsPath + "/ippools",
		whereaboutsPath + "/overlappingrangeipreservations", whereaboutsPath + "/nodeslicepools"} {
		if err := l.until(30*time.Second, func() error { return a.call("GET", path, nil, nil) }); err != nil {
			return nil, nil, err
		}
	}
	return a, c, nil
}

// until calls f until it succeeds, the time is over (then it returns f's last error) or the laboratory must stop.
func (l *lab) until(limit time.Duration, f func() error) error {
	end := time.Now().Add(limit)
	for {
		err := f()
		if err == nil || time.Now().After(end) {
			return err
		}
		select {
		case <-l.ctx.Done():
			return l.ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
