// Runs OLM's own operator, which installs what a ClusterServiceVersion describes, until it is stopped: olm KUBECONFIG. It opens no
// ports, unlike OLM's program.
package main

import (
	"fmt"
	"os"
	"time"

	configclient "github.com/openshift/client-go/config/clientset/versioned"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/api/client/clientset/versioned"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/controller/operators/olm"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/lib/operatorclient"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/lib/queueinformer"
	"github.com/operator-framework/operator-lifecycle-manager/pkg/lib/signals"
	"github.com/sirupsen/logrus"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/clientcmd"
)

func start(kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 200, 400
	operators, err := operatorclient.NewClientFromRestConfig(config)
	if err != nil {
		return err
	}
	external, err := versioned.NewForConfig(config)
	if err != nil {
		return err
	}
	openshift, err := configclient.NewForConfig(config)
	if err != nil {
		return err
	}
	partial, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	ctx := signals.Context()
	operator, err := olm.NewOperator(ctx,
		olm.WithLogger(logrus.StandardLogger()),
		olm.WithWatchedNamespaces(""),
		olm.WithResyncPeriod(queueinformer.ResyncWithJitter(time.Minute, 0.2)),
		olm.WithOperatorClient(operators),
		olm.WithExternalClient(external),
		olm.WithMetadataClient(partial),
		olm.WithConfigClient(openshift),
		olm.WithRestConfig(config))
	if err != nil {
		return err
	}
	operator.Run(ctx)
	<-operator.Ready()
	fmt.Println("olm: ready")
	<-operator.Done()
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: olm KUBECONFIG")
		os.Exit(2)
	}
	if err := start(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "olm:", err)
		os.Exit(1)
	}
}
