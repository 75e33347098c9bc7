package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// object is any object of the API server.
type object = map[string]any

const (
	nadPath         = "/apis/k8s.cni.cncf.io/v1/namespaces/%s/network-attachment-definitions"
	whereaboutsPath = "/apis/whereabouts.cni.cncf.io/v1alpha1"
)

// api is a client of the API server that uses persistent connections from inside a network namespace.
type api struct {
	client *http.Client
	token  string
}

// transport opens connections inside the namespace.
func transport(in *space, roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots},
		MaxIdleConnsPerHost: 8,
		DialContext: func(ctx context.Context, network, address string) (c net.Conn, err error) {
			err = in.inside(func() (err error) {
				c, err = (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, address)
				return err
			})
			return c, err
		},
	}
}

func newAPI(in *space, roots *x509.CertPool, token string) *api {
	return &api{&http.Client{Transport: transport(in, roots), Timeout: 20 * time.Second}, token}
}

// refusal is an answer that is not a success.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.status, r.text) }

// call sends body and reads the answer into out; both may be nil.
func (a *api) call(method, path string, body, out any) error {
	var text io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		text = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, "https://"+apiAddress+":6443"+path, text)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		request.Header.Set("Content-Type", "application/merge-patch+json")
	}
	answer, err := a.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return &refusal{answer.StatusCode, string(said)}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(said, out)
}

// create is like call, but it is not an error if the object exists already.
func (a *api) create(path string, body any) error {
	err := a.call("POST", path, body, nil)
	if r, ok := err.(*refusal); ok && r.status == http.StatusConflict {
		return nil
	}
	return err
}

func (a *api) remove(path string) { _ = a.call("DELETE", path+"?gracePeriodSeconds=0", nil, nil) }

// item is the part of an API object that the laboratory reads.
type item struct {
	Metadata struct{ Name, Namespace, UID string }
	Spec     struct {
		Allocations map[string]struct{ Podref string }
	}
}

func (a *api) list(path string) ([]item, error) {
	var out struct{ Items []item }
	err := a.call("GET", path, nil, &out)
	return out.Items, err
}

// putNAD creates a NAD and returns its path.
func (a *api) putNAD(namespace, name string, config *string, annotations map[string]string) (string, error) {
	spec := object{}
	if config != nil {
		spec["config"] = *config
	}
	base := fmt.Sprintf(nadPath, namespace)
	return base + "/" + name, a.call("POST", base, object{
		"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition", "spec": spec,
		"metadata": object{"name": name, "namespace": namespace, "annotations": annotations},
	}, nil)
}

// putPod creates a pod and returns its UID. A networks annotation of "" is left out.
func (a *api) putPod(namespace, name, node, networks string, labels map[string]string) (string, error) {
	annotations := map[string]string{}
	if networks != "" {
		annotations["k8s.v1.cni.cncf.io/networks"] = networks
	}
	var made item
	err := a.call("POST", "/api/v1/namespaces/"+namespace+"/pods", object{
		"metadata": object{"name": name, "namespace": namespace, "labels": labels, "annotations": annotations},
		"spec": object{"nodeName": node, "automountServiceAccountToken": false,
			"containers": []object{{"name": "c", "image": "none.invalid/none"}}},
	}, &made)
	return made.Metadata.UID, err
}

// leases returns what whereabouts has allocated: "pool: number", and the reservations.
func (a *api) leases() (pools []string, reservations []string, err error) {
	items, err := a.list(whereaboutsPath + "/ippools")
	if err != nil {
		return nil, nil, err
	}
	for _, i := range items {
		if n := len(i.Spec.Allocations); n > 0 {
			pools = append(pools, fmt.Sprintf("%s: %d", i.Metadata.Name, n))
		}
	}
	items, err = a.list(whereaboutsPath + "/overlappingrangeipreservations")
	for _, i := range items {
		reservations = append(reservations, i.Metadata.Name)
	}
	return pools, reservations, err
}

func (a *api) clearLeases() {
	for _, kind := range []string{"ippools", "overlappingrangeipreservations", "nodeslicepools"} {
		items, _ := a.list(whereaboutsPath + "/" + kind)
		for _, i := range items {
			a.remove(fmt.Sprintf("%s/namespaces/%s/%s/%s", whereaboutsPath, i.Metadata.Namespace, kind, i.Metadata.Name))
		}
	}
}
