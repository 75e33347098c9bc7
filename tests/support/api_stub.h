/* An API server that answers lists with what it is given, over plain HTTP on loopback. */
#ifndef TESTS_SUPPORT_API_STUB_H
#define TESTS_SUPPORT_API_STUB_H

#include <sys/types.h>

struct api_route {
  const char *path;  /* "/api/v1/nodes", without a query; what has no route is answered with 404 */
  int status;        /* 200, or another one that says no */
  const char *items; /* of the list, JSON, with commas between them */
};

struct api_stub {
  pid_t pid;
  char folder[64];
  char kubeconfig[80]; /* in it; its contexts: "here" (the current one), and "nobody", where nothing listens */
};

/* ROUTES end with one without a path. */
struct api_stub api_stub_start(const struct api_route *routes);
void api_stub_stop(struct api_stub *stub);
#define API_STUB_SCOPED __attribute__((cleanup(api_stub_stop))) struct api_stub

/* Neither a pod's environment nor the user's own kubeconfig is to be found by what is run from now on. */
void no_cluster_by_default(void);

#endif
