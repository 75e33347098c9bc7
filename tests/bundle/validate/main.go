// Validates an OLM bundle with all validators of operator-framework's library, except for the one that downloads the images:
// validate FOLDER. It prints errors and warnings, and fails if there is one that is not listed in `accepted`.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/operator-framework/api/pkg/manifests"
	"github.com/operator-framework/api/pkg/validation"
	"github.com/operator-framework/api/pkg/validation/errors"
	interfaces "github.com/operator-framework/api/pkg/validation/interfaces"
)

var validators = []struct {
	name      string
	validator interfaces.Validator
}{
	{"ClusterServiceVersion", validation.ClusterServiceVersionValidator},
	{"CustomResourceDefinition", validation.CustomResourceDefinitionValidator},
	{"bundle", validation.BundleValidator},
	{"OperatorHub", validation.OperatorHubV2Validator},
	{"OperatorHub, deprecated", validation.OperatorHubValidator},
	{"categories", validation.StandardCategoriesValidator},
	{"capabilities", validation.StandardCapabilitiesValidator},
	{"objects", validation.ObjectValidator},
	{"OperatorGroup", validation.OperatorGroupValidator},
	{"community", validation.CommunityOperatorValidator},
	{"removed APIs", validation.AlphaDeprecatedAPIsValidator},
	{"good practices", validation.GoodPracticesValidator},
}

// Parts of warnings that are not about the bundle.
var accepted = []string{
	`The "operatorhub" validator is deprecated`,
}

func isAccepted(text string) bool {
	for _, part := range accepted {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// report prints what a validator found, and returns how much of it counts.
func report(name, kind string, found []errors.Error) int {
	count := 0
	for _, item := range found {
		if isAccepted(item.Error()) {
			continue
		}
		count++
		fmt.Printf("%s: %s: %s\n", name, kind, item.Error())
	}
	return count
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: validate FOLDER")
		os.Exit(2)
	}
	bundle, err := manifests.GetBundleFromDir(os.Args[1])
	if err != nil {
		fmt.Println("bundle:", err)
		os.Exit(1)
	}
	objects := bundle.ObjectsToValidate()
	count := 0
	for _, item := range validators {
		for _, result := range item.validator.Validate(objects...) {
			count += report(item.name, "error", result.Errors) + report(item.name, "warning", result.Warnings)
		}
	}
	if count > 0 {
		os.Exit(1)
	}
	fmt.Printf("bundle: %s with %d objects: %d validators, no errors or warnings\n", bundle.CSV.Name, len(bundle.Objects), len(validators))
}
