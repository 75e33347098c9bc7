#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/state.h"
#include "droveway/base/buf.h"
#include "droveway/formats/json_write.h"

struct snapshot_options {
  struct cli_world_options world;
  const char *folder;
};

static int help(void) {
  puts("usage: droveway snapshot DIR [--kubeconfig FILE [--context NAME] | --state DIR] [--policy FILE]\n"
       "\n"
       "Writes what the rules see of a cluster as a state folder, one file a kind: for `--state`, or to go with a bug\n"
       "report. Nothing else is written: no status, no annotations, no pull secrets, no SSH keys. DIR is made; it must "
       "be\n"
       "empty where it exists.\n"
       "\n"
       "      --kubeconfig FILE  the cluster; without it the one that this runs in, $KUBECONFIG or ~/.kube/config\n"
       "      --context NAME     of the kubeconfig; default: its current-context\n"
       "  -s, --state DIR        a state folder to be reduced to what the rules see\n"
       "  -p, --policy FILE      its namespace stands in for objects of a folder that name none\n"
       "      --help             this text");
  return cli_finish(CLI_OK);
}

/* False where the command ends here, with STATUS. */
static bool read_options(int argc, char **argv, struct snapshot_options *out, int *status) {
  static const struct option options[] = {{"kubeconfig", required_argument, NULL, 'K'},
                                          {"context", required_argument, NULL, 'C'},
                                          {"state", required_argument, NULL, 's'},
                                          {"policy", required_argument, NULL, 'p'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  *status = CLI_FAILED;
  while ((option = getopt_long(argc, argv, "s:p:h", options, NULL)) != -1) {
    if (option == 'K')
      out->world.kubeconfig = optarg;
    else if (option == 'C')
      out->world.context = optarg;
    else if (option == 's')
      out->world.state = optarg;
    else if (option == 'p')
      out->world.policy = optarg;
    else {
      *status = option == 'h' ? help() : cli_bad_option(argv);
      return false;
    }
  }
  if (argc - optind != 1) {
    cli_usage("snapshot", "name one folder to write to");
    return false;
  }
  out->folder = argv[optind];
  return cli_check_world("snapshot", &out->world) == CLI_OK;
}

/* --- the folder --- */

static int count_entries(const char *folder) {
  DIR *dir = opendir(folder);
  int count = 0;
  if (dir == NULL)
    return -1;
  for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
    count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  closedir(dir);
  return count;
}

static int open_folder(const char *folder, struct dw_error *err) {
  if (mkdir(folder, 0777) == 0)
    return 0;
  int entries = errno == EEXIST ? count_entries(folder) : -1;
  if (entries == 0)
    return 0;
  if (entries > 0)
    return dw_error_set(err, DW_ERR_IO, "%s is not empty; name a new folder", folder);
  return dw_error_set(err, DW_ERR_IO, "can't make the folder %s: %s", folder, strerror(errno));
}

/* Under another name first, so that no half of a file is left. */
static int write_file(const char *path, const struct dw_buf *text, struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf temporary = DW_BUF_INIT;
  dw_buf_printf(&temporary, "%s.part", path);
  FILE *file = fopen(dw_buf_text(&temporary), "wx");
  if (file == NULL)
    return dw_error_set(err, DW_ERR_IO, "can't write %s: %s", path, strerror(errno));
  bool good = fwrite(text->data, 1, text->length, file) == text->length;
  good = fclose(file) == 0 && good;
  if (good && rename(dw_buf_text(&temporary), path) == 0)
    return 0;
  int reason = errno;
  unlink(dw_buf_text(&temporary));
  return dw_error_set(err, DW_ERR_IO, "can't write %s: %s", path, strerror(reason));
}

/* --- the objects --- */

/* One object to be written: its JSON less what no rule reads, by which it is sorted. */
struct item {
  enum dw_kind kind;
  const char *ns, *name;
  const dw_json *json;
};

static int by_name(const void *left, const void *right) {
  const struct item *a = left;
  const struct item *b = right;
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  int order = strcmp(a->ns, b->ns);
  return order != 0 ? order : strcmp(a->name, b->name);
}

static enum dw_kind kind_of(struct dw_arena *arena, const dw_json *json) {
  const char *version = dw_json_get_string(json, "apiVersion");
  const char *slash = version == NULL ? NULL : strchr(version, '/');
  const char *group = slash == NULL ? "" : dw_arena_strndup(arena, version, (size_t)(slash - version));
  return dw_kind_of(group, dw_json_get_string(json, "kind"));
}

static const char *text_or_empty(const dw_json *json) {
  return dw_json_string(json) == NULL ? "" : dw_json_string(json);
}

static struct item *collect(struct dw_arena *arena, const struct cli_state *state, size_t *count) {
  size_t all = 0;
  for (const struct dw_manifest *m = state->manifests; m != NULL; m = m->next)
    all++;
  struct item *items = dw_arena_array(arena, all + 1, sizeof *items);
  *count = 0;
  for (const struct dw_manifest *m = state->manifests; m != NULL; m = m->next) {
    enum dw_kind kind = kind_of(arena, m->json);
    if (kind == DW_KIND_OTHER || !dw_object_is_read(kind, m->json))
      continue;
    items[(*count)++] = (struct item){kind, text_or_empty(dw_json_path(m->json, "metadata", "namespace", NULL)),
                                      text_or_empty(dw_json_path(m->json, "metadata", "name", NULL)),
                                      dw_object_prune(arena, kind, "v1", m->json)};
  }
  qsort(items, *count, sizeof *items, by_name);
  return items;
}

/* "networkattachmentdefinitions.json" */
static const char *file_name(struct dw_arena *arena, const char *folder, enum dw_kind kind) {
  char *path = dw_arena_printf(arena, "%s/%ss.json", folder, dw_kind_name(kind));
  for (char *c = path + strlen(folder); *c != '\0'; c++)
    if (*c >= 'A' && *c <= 'Z')
      *c = (char)(*c - 'A' + 'a');
  return path;
}

static int write_kind(struct dw_arena *arena, const char *folder, const struct item *items, size_t count,
                      struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  const char *path = file_name(arena, folder, items[0].kind);
  dw_buf_puts(&text, "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [");
  for (size_t i = 0; i < count; i++)
    dw_buf_printf(&text, "%s\n%s", i == 0 ? "" : ",", dw_json_text(arena, items[i].json));
  dw_buf_puts(&text, "\n]}\n");
  if (write_file(path, &text, err) != 0)
    return -1;
  printf("%s: %zu object%s\n", path, count, count == 1 ? "" : "s");
  return 0;
}

static int write_all(struct dw_arena *arena, const char *folder, const struct cli_state *state, struct dw_error *err) {
  size_t count = 0;
  struct item *items = collect(arena, state, &count);
  if (open_folder(folder, err) != 0)
    return -1;
  for (size_t start = 0; start < count;) {
    size_t end = start;
    while (end < count && items[end].kind == items[start].kind)
      end++;
    if (write_kind(arena, folder, items + start, end - start, err) != 0)
      return -1;
    start = end;
  }
  if (count == 0)
    puts("nothing that the rules read");
  return 0;
}

static int snapshot(struct dw_arena *arena, const struct snapshot_options *options, struct dw_error *err) {
  struct dw_sources sources = cli_sources(&options->world);
  struct cli_state state;
  struct dw_policy *policy = dw_policy_load(&sources, err);
  if (policy == NULL)
    return -1;
  int failed = cli_state_read(arena, &options->world, policy->namespace_, &state, err);
  if (failed == 0) {
    struct dw_view *view = cli_state_view(&state, policy);
    cli_warn_unknown(view);
    dw_view_free(view);
    failed = write_all(arena, options->folder, &state, err);
    cli_state_free(&state);
  }
  dw_policy_free(policy);
  return failed;
}

int cli_snapshot(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct snapshot_options options = {.folder = NULL};
  struct dw_error err = DW_ERROR_INIT;
  int status = CLI_OK;
  if (!read_options(argc, argv, &options, &status))
    return status;
  if (cli_default_cluster("snapshot", arena, &options.world) != CLI_OK)
    return CLI_FAILED;
  return snapshot(arena, &options, &err) == 0 ? cli_finish(CLI_OK) : cli_fail(&err);
}
