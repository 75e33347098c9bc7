#include "support/node_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

enum { ROOM = 8192 };

const char *node_state(const char *const *nics, unsigned count) {
  static char text[ROOM];
  int used = snprintf(text, sizeof text,
                      "apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"
                      "status: {clusterNetwork: [{cidr: 10.128.0.0/14}]}\n");
  for (unsigned i = 0; i < count; i++) {
    used += snprintf(text + used, sizeof text - (size_t)used,
                     "---\napiVersion: v1\nkind: Node\nmetadata: {name: %c}\n"
                     "---\napiVersion: nmstate.io/v1beta1\nkind: NodeNetworkState\nmetadata: {name: %c}\n"
                     "status: {currentState: {routes: {running: [{destination: 0.0.0.0/0, next-hop-interface: eth0}]}, "
                     "interfaces: [%s]}}\n",
                     'a' + (char)i, 'a' + (char)i, nics[i]);
    assert_in_range(used, 1, sizeof text - 1);
  }
  return text;
}

const char *one_node(const char *nics) {
  return node_state(&nics, 1);
}

const char *tenant_nad(const char *name, const char *config) {
  static char text[ROOM];
  int used = snprintf(text, sizeof text,
                      "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\n"
                      "metadata: {namespace: vms, name: %s}\nspec: {config: '%s'}\n",
                      name, config);
  assert_in_range(used, 1, sizeof text - 1);
  return text;
}
