#include <string.h>

#include "server/server_internal.h"

bool dw_health_path(const char *path) {
  return strcmp(path, "/livez") == 0 || strcmp(path, "/readyz") == 0 || strcmp(path, "/healthz") == 0;
}

void dw_health_respond(const struct dw_http_service *service, const char *path, struct dw_http_answer *answer) {
  const char *text = "ok\n";
  answer->status = 200;
  answer->content_type = "text/plain; charset=utf-8";
  if (strcmp(path, "/readyz") == 0 && atomic_load(&service->stopping)) {
    answer->status = 503;
    text = "shutting down\n";
  } else if (strcmp(path, "/readyz") == 0 && service->worlds == NULL) {
    answer->status = 503;
    text = "policy and cluster state are not read yet\n";
  }
  dw_buf_puts(&answer->body, text);
}
