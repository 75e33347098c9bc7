/* The floor that `serve` is compared with: only libmicrohttpd with TLS, which reads a body and sends a fixed answer.
 * Nothing is parsed, decided, logged or counted. It uses poll mode, because epoll mode hangs with 128 connections
 * (docs/libmicrohttpd.md). Prints its port and runs until the end of standard input. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <microhttpd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The answer to a review that is allowed without warnings. */
static char answer[] = "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"response\":{\"uid\":"
                       "\"00000000-0000-0000-0000-000000000000\",\"allowed\":true}}\n";

static char *read_file(const char *path) {
  enum { MOST = 64 << 10 };
  char *text = calloc(1, MOST);
  FILE *file = fopen(path, "rb");
  if (text == NULL || file == NULL || fread(text, 1, MOST - 1, file) == 0) {
    perror(path);
    exit(2);
  }
  fclose(file);
  return text;
}

static enum MHD_Result respond(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *data, size_t *size, void **context) {
  static char begun;
  (void)cls, (void)url, (void)method, (void)version, (void)data;
  if (*context == NULL || *size > 0) {
    *context = &begun;
    *size = 0;
    return MHD_YES;
  }
  struct MHD_Response *response = MHD_create_response_from_buffer(sizeof answer - 1, answer, MHD_RESPMEM_PERSISTENT);
  enum MHD_Result result = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
  if (result == MHD_YES)
    result = MHD_queue_response(connection, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return result;
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"tls-cert", required_argument, NULL, 'c'},
                                          {"tls-key", required_argument, NULL, 'k'},
                                          {"priorities", required_argument, NULL, 'p'},
                                          {"threads", required_argument, NULL, 't'},
                                          {NULL, 0, NULL, 0}};
  const char *certificate = NULL, *key = NULL, *priorities = "NORMAL";
  unsigned threads = 1;
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    switch (option) {
    case 'c':
      certificate = read_file(optarg);
      break;
    case 'k':
      key = read_file(optarg);
      break;
    case 'p':
      priorities = optarg;
      break;
    case 't':
      threads = (unsigned)strtoul(optarg, NULL, 10);
      break;
    default:
      return 2;
    }
  }
  if (certificate == NULL || key == NULL) {
    fputs("usage: floor --tls-cert FILE --tls-key FILE [--priorities TEXT] [--threads N]\n", stderr);
    return 2;
  }
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct MHD_OptionItem pool[] = {{threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
                                  {MHD_OPTION_END, 0, NULL}};
  struct MHD_Daemon *daemon =
      MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_USE_ERROR_LOG, 0, NULL, NULL, respond, NULL,
                       MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_HTTPS_MEM_CERT, certificate, MHD_OPTION_HTTPS_MEM_KEY,
                       key, MHD_OPTION_HTTPS_PRIORITIES, priorities, MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
  const union MHD_DaemonInfo *info = daemon == NULL ? NULL : MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  if (info == NULL) {
    fputs("floor: can't start\n", stderr);
    return 2;
  }
  printf("%u\n", (unsigned)info->port);
  fflush(stdout);
  while (getchar() != EOF) {
  }
  MHD_stop_daemon(daemon);
  return 0;
}
