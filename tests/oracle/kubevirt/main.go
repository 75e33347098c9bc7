// What KubeVirt's own code does with a KubeVirt object: which pods need an address of the migration network, and where.
//
// Reads {"kubevirt": KubeVirt, "nodes": [Node...]} per line, and prints a line of JSON for each. The packages of
// virt-operator create the workloads (install strategy, customizeComponents, placement, replicas); those of Kubernetes
// decide where they run.
//
// With the argument "crds" it prints KubeVirt's CustomResourceDefinitions as a List instead.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	_ "unsafe" // for go:linkname

	kitlog "github.com/go-kit/log"
	netutils "github.com/k8snetworkplumbingwg/network-attachment-definition-client/pkg/utils"
	admissionv1 "k8s.io/api/admission/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	scheduling "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	appsdefaults "k8s.io/kubernetes/pkg/apis/apps/v1"
	"k8s.io/kubernetes/pkg/controller/daemon"
	deploymentutil "k8s.io/kubernetes/pkg/controller/deployment/util"
	virtv1 "kubevirt.io/api/core/v1"
	virtlog "kubevirt.io/client-go/log"

	"kubevirt.io/kubevirt/pkg/controller"
	"kubevirt.io/kubevirt/pkg/virt-config/featuregate"
	"kubevirt.io/kubevirt/pkg/virt-operator/resource/apply"
	"kubevirt.io/kubevirt/pkg/virt-operator/resource/generate/components"
	"kubevirt.io/kubevirt/pkg/virt-operator/resource/generate/install"
	"kubevirt.io/kubevirt/pkg/virt-operator/util"
	"kubevirt.io/kubevirt/pkg/virt-operator/webhooks"
)

const networks = "k8s.v1.cni.cncf.io/networks"

type question struct {
	KubeVirt json.RawMessage `json:"kubevirt"`
	Nodes    []*corev1.Node  `json:"nodes"`
}

// A workload as virt-operator creates it. "Now" are the nodes that its pods fit on at present; "lasting" are those that
// they fit on if no node is cordoned, tainted by its own condition or not ready.
type workload struct {
	Kind         string              `json:"kind"`
	Name         string              `json:"name"`
	Namespace    string              `json:"namespace"`
	Networks     *string             `json:"networks"`
	Attached     []string            `json:"attached"`
	Unreadable   string              `json:"unreadable,omitempty"`
	Replicas     *int32              `json:"replicas,omitempty"`
	Surge        int32               `json:"surge"`
	Strategy     any                 `json:"strategy"`
	NodeSelector map[string]string   `json:"nodeSelector"`
	Affinity     *corev1.Affinity    `json:"affinity"`
	Tolerations  []corev1.Toleration `json:"tolerations"`
	Now          []string            `json:"now"`
	Lasting      []string            `json:"lasting"`
}

type answer struct {
	Refused       []string   `json:"refused,omitempty"` // by virt-operator's webhook
	Error         string     `json:"error,omitempty"`   // of virt-operator: it changes nothing
	Decentralized bool       `json:"decentralized"`
	Workloads     []workload `json:"workloads"`
}

// --- virt-operator ---

// These two set placement and replicas, then create the workload through the client.
//
//go:linkname syncDaemonSet kubevirt.io/kubevirt/pkg/virt-operator/resource/apply.(*Reconciler).syncDaemonSet
func syncDaemonSet(r *apply.Reconciler, set *appsv1.DaemonSet) (bool, error)

//go:linkname syncDeployment kubevirt.io/kubevirt/pkg/virt-operator/resource/apply.(*Reconciler).syncDeployment
func syncDeployment(r *apply.Reconciler, deployment *appsv1.Deployment) (*appsv1.Deployment, error)

func refusals(raw json.RawMessage) []string {
	old := []byte(`{"apiVersion":"kubevirt.io/v1","kind":"KubeVirt","metadata":{"name":"kubevirt"},"spec":{"configuration":{"developerConfiguration":{}}}}`)
	response := webhooks.NewKubeVirtUpdateAdmitter(fake.NewSimpleClientset(), nil).Admit(context.Background(), &admissionv1.AdmissionReview{
		Request: &admissionv1.AdmissionRequest{
			Operation: admissionv1.Update,
			Resource:  metav1.GroupVersionResource{Group: "kubevirt.io", Version: "v1", Resource: "kubevirts"},
			Object:    runtime.RawExtension{Raw: raw},
			OldObject: runtime.RawExtension{Raw: old},
		},
	})
	if response.Allowed {
		return nil
	}
	return strings.Split(response.Result.Message, ", ")
}

func expectations() *util.Expectations {
	none := func(name string) *controller.UIDTrackingControllerExpectations {
		return controller.NewUIDTrackingControllerExpectations(controller.NewControllerExpectationsWithName(name))
	}
	return &util.Expectations{Deployment: none("Deployment"), DaemonSet: none("DaemonSet")}
}

// The part of virt-operator's install strategy that has pods. Creating all of it takes half a second.
type strategy struct {
	install.Strategy
	sets        []*appsv1.DaemonSet
	deployments []*appsv1.Deployment
}

func (s *strategy) DaemonSets() []*appsv1.DaemonSet   { return s.sets }
func (s *strategy) Deployments() []*appsv1.Deployment { return s.deployments }

func workloadsOf(config *util.KubeVirtDeploymentConfig) *strategy {
	return &strategy{
		sets: []*appsv1.DaemonSet{components.NewHandlerDaemonSet(config, "", "", "")},
		deployments: []*appsv1.Deployment{
			components.NewApiServerDeployment(config, "", "", ""),
			components.NewControllerDeployment(config, "", "", ""),
			components.NewExportProxyDeployment(config, "", "", ""),
			components.NewSynchronizationControllerDeployment(config, "", "", ""),
		},
	}
}

// verifyStrategy fails if virt-operator attaches other workloads to the network than those that workloadsOf creates.
func verifyStrategy() error {
	network := "migration"
	kv := &virtv1.KubeVirt{}
	kv.Namespace = "kubevirt"
	kv.Spec.Configuration.MigrationConfiguration = &virtv1.MigrationConfiguration{Network: &network}
	config := util.GetTargetConfigFromKV(kv)
	whole, err := install.GenerateCurrentInstallStrategy(config, "", kv.Namespace)
	if err != nil {
		return err
	}
	attached := func(sets []*appsv1.DaemonSet, deployments []*appsv1.Deployment) (names []string) {
		for _, set := range sets {
			if set.Spec.Template.Annotations[networks] != "" {
				names = append(names, set.Name)
			}
		}
		for _, deployment := range deployments {
			if deployment.Spec.Template.Annotations[networks] != "" {
				names = append(names, deployment.Name)
			}
		}
		return
	}
	ours := workloadsOf(config)
	if a, b := attached(whole.DaemonSets(), whole.Deployments()), attached(ours.sets, ours.deployments); !slices.Equal(a, b) {
		return fmt.Errorf("virt-operator attaches %v, the oracle looks at %v", a, b)
	}
	return nil
}

// operate returns what virt-operator creates for KV in an empty cluster.
func operate(kv *virtv1.KubeVirt) ([]appsv1.DaemonSet, []appsv1.Deployment, error) {
	strategy := workloadsOf(util.GetTargetConfigFromKV(kv))
	client := fake.NewSimpleClientset()
	stores := util.Stores{
		DaemonSetCache:  cache.NewStore(cache.MetaNamespaceKeyFunc),
		DeploymentCache: cache.NewStore(cache.MetaNamespaceKeyFunc),
	}
	r, err := apply.NewReconciler(kv, strategy, stores, util.OperatorConfig{}, nil, client, nil, expectations(), record.NewFakeRecorder(100))
	if err != nil {
		return nil, nil, err
	}
	decentralized := featuregate.IsEnabled(featuregate.DecentralizedLiveMigration, kv.Spec.Configuration.DeveloperConfiguration)
	for _, set := range strategy.DaemonSets() {
		if _, err := syncDaemonSet(r, set); err != nil {
			return nil, nil, err
		}
	}
	for _, deployment := range strategy.Deployments() {
		if deployment.Name == components.VirtSynchronizationControllerName && !decentralized {
			continue
		}
		if _, err := syncDeployment(r, deployment); err != nil {
			return nil, nil, err
		}
	}
	sets, err := client.AppsV1().DaemonSets("").List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return nil, nil, err
	}
	deployments, err := client.AppsV1().Deployments("").List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return nil, nil, err
	}
	return sets.Items, deployments.Items, nil
}

// --- where the pods run ---

// recovered returns the node without its temporary conditions and taints.
func recovered(node *corev1.Node) *corev1.Node {
	node = node.DeepCopy()
	node.Spec.Unschedulable = false
	kept := node.Spec.Taints[:0]
	for _, taint := range node.Spec.Taints {
		if !strings.HasPrefix(taint.Key, "node.kubernetes.io/") {
			kept = append(kept, taint)
		}
	}
	node.Spec.Taints = kept
	return node
}

// schedulable returns the result of kube-scheduler's filters NodeAffinity, TaintToleration and NodeUnschedulable.
func schedulable(node *corev1.Node, spec *corev1.PodSpec) bool {
	pod := &corev1.Pod{Spec: *spec}
	if fits, err := nodeaffinity.GetRequiredNodeAffinity(pod).Match(node); err != nil || !fits {
		return false
	}
	taints := node.Spec.Taints
	if node.Spec.Unschedulable {
		taints = append(taints[:len(taints):len(taints)], corev1.Taint{Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule})
	}
	_, untolerated := scheduling.FindMatchingUntoleratedTaint(taints, spec.Tolerations, func(t *corev1.Taint) bool {
		return t.Effect == corev1.TaintEffectNoSchedule || t.Effect == corev1.TaintEffectNoExecute
	})
	return !untolerated
}

func (w *workload) place(nodes []*corev1.Node, runs func(*corev1.Node) bool) {
	w.Now, w.Lasting = []string{}, []string{}
	for _, node := range nodes {
		if runs(node) {
			w.Now = append(w.Now, node.Name)
		}
		if runs(recovered(node)) {
			w.Lasting = append(w.Lasting, node.Name)
		}
	}
}

// describe returns what Multus attaches to the pods, and where they may run.
func describe(kind string, meta *metav1.ObjectMeta, pod *corev1.PodTemplateSpec) workload {
	w := workload{
		Kind: kind, Name: meta.Name, Namespace: meta.Namespace,
		NodeSelector: pod.Spec.NodeSelector, Affinity: pod.Spec.Affinity, Tolerations: pod.Spec.Tolerations,
		Attached: []string{},
	}
	text, given := pod.Annotations[networks]
	if !given {
		return w
	}
	w.Networks = &text
	elements, err := netutils.ParseNetworkAnnotation(text, meta.Namespace)
	if err != nil {
		w.Unreadable = err.Error()
		return w
	}
	for _, element := range elements {
		w.Attached = append(w.Attached, element.Namespace+"/"+element.Name+"@"+element.InterfaceRequest)
	}
	return w
}

// A Deployment that may not delete a pod before the new one runs needs addresses for both.
func surge(deployment *appsv1.Deployment) int32 {
	appsdefaults.SetDefaults_Deployment(deployment)
	rolling := deployment.Spec.Strategy.RollingUpdate
	if rolling == nil || *deployment.Spec.Replicas == 0 {
		return 0
	}
	more, less, err := deploymentutil.ResolveFenceposts(rolling.MaxSurge, rolling.MaxUnavailable, *deployment.Spec.Replicas)
	if err != nil || less > 0 {
		return 0
	}
	return more
}

func describeAll(sets []appsv1.DaemonSet, deployments []appsv1.Deployment, nodes []*corev1.Node) []workload {
	out := []workload{}
	for i := range sets {
		w := describe("DaemonSet", &sets[i].ObjectMeta, &sets[i].Spec.Template)
		w.Strategy = sets[i].Spec.UpdateStrategy
		w.place(nodes, func(node *corev1.Node) bool {
			runs, _ := daemon.NodeShouldRunDaemonPod(node, &sets[i])
			return runs
		})
		out = append(out, w)
	}
	for i := range deployments {
		w := describe("Deployment", &deployments[i].ObjectMeta, &deployments[i].Spec.Template)
		w.Strategy = deployments[i].Spec.Strategy
		w.Replicas = deployments[i].Spec.Replicas
		w.Surge = surge(&deployments[i])
		w.place(nodes, func(node *corev1.Node) bool { return schedulable(node, &deployments[i].Spec.Template.Spec) })
		out = append(out, w)
	}
	return out
}

func answerTo(q *question) (a answer) {
	kv := &virtv1.KubeVirt{}
	if err := json.Unmarshal(q.KubeVirt, kv); err != nil {
		a.Error = err.Error()
		return
	}
	a.Refused = refusals(q.KubeVirt)
	a.Decentralized = featuregate.IsEnabled(featuregate.DecentralizedLiveMigration, kv.Spec.Configuration.DeveloperConfiguration)
	sets, deployments, err := operate(kv)
	if err != nil {
		a.Error = err.Error()
		return
	}
	a.Workloads = describeAll(sets, deployments, q.Nodes)
	return
}

func printCRDs() error {
	list := map[string]any{"apiVersion": "v1", "kind": "List"}
	var items []any
	for _, make := range []func() (*extv1.CustomResourceDefinition, error){
		components.NewKubeVirtCrd, components.NewVirtualMachineInstanceCrd,
		components.NewVirtualMachineInstanceMigrationCrd, components.NewMigrationPolicyCrd,
	} {
		crd, err := make()
		if err != nil {
			return err
		}
		items = append(items, crd)
	}
	list["items"] = items
	return json.NewEncoder(os.Stdout).Encode(list)
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "crds" {
		if err := printCRDs(); err != nil {
			log.Fatal(err)
		}
		return
	}
	os.Setenv("VIRT_OPERATOR_IMAGE", "registry:5000/kubevirt/virt-operator:v1.9.0")
	virtlog.Log = virtlog.MakeLogger(kitlog.NewNopLogger())
	if err := verifyStrategy(); err != nil {
		log.Fatal(err)
	}
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		q := &question{}
		if err := json.Unmarshal(line, q); err != nil {
			log.Fatal(fmt.Errorf("not a question: %w", err))
		}
		if err := out.Encode(answerTo(q)); err != nil {
			log.Fatal(err)
		}
	}
}
