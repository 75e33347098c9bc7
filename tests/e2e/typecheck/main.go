// Command typecheck is the part of kube-controller-manager that checks the types in ValidatingAdmissionPolicies: it runs
// validatingadmissionpolicystatus, as cmd/kube-controller-manager does, until every policy has a status, and prints the
// warnings in it. The kubeconfig is that of $KUBECONFIG.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/kubernetes/pkg/controller/validatingadmissionpolicystatus"
	"k8s.io/kubernetes/pkg/generated/openapi"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "typecheck:", err)
		os.Exit(1)
	}
}

func run() error {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	schemas := resolver.NewDefinitionsSchemaResolver(openapi.GetOpenAPIDefinitions, scheme.Scheme).
		Combine(&resolver.ClientDiscoveryResolver{Discovery: client.Discovery()})
	controller, err := validatingadmissionpolicystatus.NewController(
		factory.Admissionregistration().V1().ValidatingAdmissionPolicies(),
		client.AdmissionregistrationV1().ValidatingAdmissionPolicies(),
		&validating.TypeChecker{
			SchemaResolver: schemas,
			RestMapper:     restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery())),
		})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	factory.Start(ctx.Done())
	go controller.Run(ctx, 1)
	for {
		checked, err := report(ctx, client)
		if err != nil || checked {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// report prints the warnings if the status of every policy is up to date; otherwise it returns false.
func report(ctx context.Context, client kubernetes.Interface) (bool, error) {
	policies, err := client.AdmissionregistrationV1().ValidatingAdmissionPolicies().List(ctx, metav1.ListOptions{})
	if err != nil {
		return false, err
	}
	for _, policy := range policies.Items {
		if policy.Status.TypeChecking == nil || policy.Status.ObservedGeneration != policy.Generation {
			return false, nil
		}
	}
	for _, policy := range policies.Items {
		for _, warning := range policy.Status.TypeChecking.ExpressionWarnings {
			fmt.Printf("%s: %s: %s\n", policy.Name, warning.FieldRef, warning.Warning)
		}
	}
	fmt.Printf("%d policies checked\n", len(policies.Items))
	return true, nil
}
