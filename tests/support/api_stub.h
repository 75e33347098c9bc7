/* An API server that answers lists with given items, over plain HTTP on the loopback interface. */
#ifndef TESTS_SUPPORT_API_STUB_H
#define TESTS_SUPPORT_API_STUB_H

#include <sys/types.h>

struct api_route {
  const char *path;  /* "/api/v1/nodes", without a query; paths without a route are answered with 404 */
  int status;        /* 200, or the status of a failure */
  const char *items; /* the items of the list: JSON, separated by commas */
};

struct api_stub {
  pid_t pid;
  char folder[64];
  char kubeconfig[80]; /* in it; its contexts: "here" (the current one), and "nobody", where nothing listens */
};

/* ROUTES ends with a route without a path. */
struct api_stub api_stub_start(const struct api_route *routes);
void api_stub_stop(struct api_stub *stub);
#define API_STUB_SCOPED __attribute__((cleanup(api_stub_stop))) struct api_stub

/* Hides a pod's environment and the user's kubeconfig from programs that are run from now on. */
void no_cluster_by_default(void);

#endif
