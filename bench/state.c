/* Writes the synthetic cluster as a state folder: `state NADS NODES FOLDER [NICS]`. Each file is a List, as `kubectl
 * get -o json` prints it, but with one line per object. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cluster.h"

enum { OBJECTS_A_FILE = 500 };

struct output {
  const char *folder;
  const char *name;
  FILE *file;
  size_t count;
};

static void check(bool ok, const char *what) {
  if (ok)
    return;
  fprintf(stderr, "state: %s: %s\n", what, strerror(errno));
  exit(2);
}

static void finish(struct output *out) {
  if (out->file == NULL)
    return;
  fputs("\n]}\n", out->file);
  check(ferror(out->file) == 0 && fclose(out->file) == 0, out->name);
  out->file = NULL;
}

static void open_next(struct output *out) {
  char path[4096];
  finish(out);
  snprintf(path, sizeof path, "%s/%s-%03zu.json", out->folder, out->name, out->count / OBJECTS_A_FILE);
  out->file = fopen(path, "w");
  check(out->file != NULL, path);
  fputs("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n", out->file);
}

static void put(struct output *out, struct dw_buf *json) {
  bool first = out->count % OBJECTS_A_FILE == 0;
  if (first)
    open_next(out);
  fputs(first ? "" : ",\n", out->file);
  fputs(dw_buf_text(json), out->file);
  dw_buf_truncate(json, 0);
  out->count++;
}

static size_t number(const char *text) {
  char *end = NULL;
  unsigned long value = strtoul(text, &end, 10);
  if (*text != '\0' && *end == '\0')
    return value;
  fprintf(stderr, "state: %s is not a number\n", text);
  exit(2);
}

int main(int argc, char **argv) {
  DW_BUF_SCOPED struct dw_buf json = DW_BUF_INIT;
  if (argc != 4 && argc != 5) {
    fputs("usage: state NADS NODES FOLDER [NICS]\n", stderr);
    return 2;
  }
  struct bench_size size = {number(argv[1]), number(argv[2]), argc == 5 ? number(argv[4]) : BENCH_NICS};
  struct output cluster = {argv[3], "cluster", NULL, 0};
  struct output nads = {argv[3], "nads", NULL, 0};
  struct output nodes = {argv[3], "nodes", NULL, 0};
  struct output states = {argv[3], "nodenetworkstates", NULL, 0};
  check(mkdir(argv[3], 0777) == 0 || errno == EEXIST, argv[3]);
  bench_network(&json);
  put(&cluster, &json);
  bench_hyperconverged(&json);
  put(&cluster, &json);
  for (size_t i = 0; i < size.nads; i++) {
    bench_nad(&json, i, 0);
    put(&nads, &json);
  }
  for (size_t i = 0; i < size.nodes; i++) {
    bench_node(&json, i);
    put(&nodes, &json);
    bench_nns(&json, i, size.nics);
    put(&states, &json);
  }
  finish(&cluster);
  finish(&nads);
  finish(&nodes);
  finish(&states);
  return 0;
}
