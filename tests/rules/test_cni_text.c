/* What a configuration's text, keys, names and types mean on a node: what works is not refused, what fails is, and the
 * message is true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/nad_case.h"

#define HEAD "\"cniVersion\":\"0.3.1\",\"name\":\"net\""
#define MACVLAN HEAD ",\"type\":\"macvlan\",\"master\":\"eth1\"," NAD_IPAM

/* Whatever the value is judged for, the advice is to render the manifest. */
static void a_placeholder_is_called_one(void **state) {
  (void)state;
  nad_expect_says(&(struct nad_case){.config = "{" HEAD ",\"type\":\"macvlan\",\"master\":\"${NIC}\"," NAD_IPAM "}"},
                  "master-missing", "; ${NIC} is a placeholder that was not filled in: render the manifest first");
  nad_expect_says(&(struct nad_case){.config = "{" MACVLAN ",\"mtu\":${MTU}}"}, "cni-json",
                  "; ${MTU} is a placeholder that was not filled in: render the manifest first (envsubst, helm, "
                  "kustomize) [cni-json]");
  nad_expect_says(&(struct nad_case){.config = "_replaced_"}, "cni-json",
                  "; _replaced_ is a placeholder that was not filled in: render the manifest first");
  nad_expect_says(&(struct nad_case){.config = "{{ .Values.config | toJson }}"}, "cni-json",
                  "; {{ .Values.config | toJson }} is a placeholder that was not filled in");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_placeholder_is_called_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
