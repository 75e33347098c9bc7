#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/state.h"
#include "json/json_write.h"

struct snapshot_options {
  struct cli_world_options world;
  const char *folder;
};

static int help(void) {
  cli_put_help(
      stdout,
      "usage: droveway snapshot DIR [--kubeconfig FILE [--context NAME] | --state DIR] [--policy FILE]\n"
      "\n"
      "Writes the parts of a cluster's objects that the rules read to DIR, one file per kind, for `--state` or to "
      "attach to a bug report. Other fields and annotations, pull secrets and SSH keys are left out. DIR is created; "
      "if it exists, it must be empty.\n"
      "\n"
      "      --kubeconfig FILE\tcluster to read (default: the pod's own cluster, $KUBECONFIG or ~/.kube/config)\n"
      "      --context NAME\tcontext of the kubeconfig (default: its current context)\n"
      "  -s, --state DIR\treduce the objects in these files instead\n"
      "  -p, --policy FILE\tpolicy whose namespace is used for objects in files that do not set one\n"
      "      --help\tshow this help\n");
  return cli_finish(CLI_OK);
}

static int read_options(int argc, char **argv, struct snapshot_options *out) {
  static const struct option options[] = {CLI_WORLD_OPTIONS, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  int option;
  while ((option = cli_option(argc, argv, ":s:p:h", options)) != -1)
    if (!cli_world_option(option, optarg, &out->world))
      return option == 'h' ? CLI_HELP : CLI_FAILED;
  if (argc - optind != 1)
    return cli_usage("snapshot", "expected one directory to write to");
  out->folder = argv[optind];
  return CLI_OK;
}

/* --- the objects --- */

/* An object to write. */
struct item {
  const struct dw_object *object;
  const dw_json *json;
  size_t order; /* of two objects with the same name, the later one is used, as in a view */
};

static int by_name(const void *left, const void *right) {
  const struct item *a = left;
  const struct item *b = right;
  int order = dw_object_compare(a->object, b->object);
  return order != 0 ? order : a->order < b->order ? -1 : a->order > b->order;
}

/* Fills in the namespace, so that the snapshot means the same under any policy. */
static const dw_json *pruned(struct dw_arena *arena, const struct dw_object *object, const dw_json *json) {
  dw_json *kept = dw_object_prune(arena, object->kind, "v1", json);
  const char *ns = dw_json_string(dw_json_path(kept, "metadata", "namespace", NULL));
  if (*object->namespace_ == '\0' || (ns != NULL && *ns != '\0'))
    return kept;
  dw_json *metadata = dw_json_new_object(arena);
  const dw_json *given = dw_json_get(kept, "metadata");
  for (struct dw_json_member m = dw_json_first(given); m.value != NULL; m = dw_json_next(given, m))
    dw_json_set(arena, metadata, m.key, dw_json_share(m.value));
  dw_json_set(arena, metadata, "namespace", dw_json_new_string(arena, object->namespace_, strlen(object->namespace_)));
  dw_json_set(arena, kept, "metadata", metadata);
  return kept;
}

static struct item *collect(struct dw_arena *arena, const struct dw_lint_state *state, size_t *count) {
  struct item *items = dw_arena_array(arena, state->count + 1, sizeof *items);
  for (size_t i = 0; i < state->count; i++)
    items[i] = (struct item){state->objects[i], state->jsons[i], i};
  qsort(items, state->count, sizeof *items, by_name);
  *count = 0;
  for (size_t i = 0; i < state->count; i++)
    if (i + 1 == state->count || dw_object_compare(items[i].object, items[i + 1].object) != 0)
      items[(*count)++] = items[i];
  return items;
}

/* --- their text --- */

static void write_json(struct dw_json_writer *w, struct dw_arena *arena, const dw_json *json);

/* With sorted keys, so that the same state always gives the same text. */
static void write_object(struct dw_json_writer *w, struct dw_arena *arena, const dw_json *json) {
  struct dw_json_member *members = dw_arena_array(arena, dw_json_size(json) + 1, sizeof *members);
  size_t count = 0;
  for (struct dw_json_member m = dw_json_first(json); m.value != NULL; m = dw_json_next(json, m))
    members[count++] = m;
  qsort(members, count, sizeof *members, dw_by_name);
  dw_json_begin_object(w);
  for (size_t i = 0; i < count; i++) {
    dw_json_key(w, members[i].key);
    write_json(w, arena, members[i].value);
  }
  dw_json_end_object(w);
}

/* The recursion is bounded by the nesting that the parser accepts. */
static void write_json(struct dw_json_writer *w, struct dw_arena *arena, const dw_json *json) {
  switch (dw_json_type(json)) {
  case DW_JSON_OBJECT:
    write_object(w, arena, json);
    return;
  case DW_JSON_ARRAY:
    dw_json_begin_array(w);
    for (size_t i = 0; i < dw_json_size(json); i++)
      write_json(w, arena, dw_json_at(json, i));
    dw_json_end_array(w);
    return;
  default:
    dw_json_put_raw(w, dw_json_text(arena, json));
    return;
  }
}

static void write_list(struct dw_buf *out, const struct item *items, size_t count) {
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(out);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "apiVersion", "v1");
  dw_json_member_string(&w, "kind", "List");
  dw_json_key(&w, "items");
  dw_json_begin_array(&w);
  for (size_t i = 0; i < count; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    write_json(&w, arena, pruned(arena, items[i].object, items[i].json));
  }
  dw_json_end_array(&w);
  dw_json_end_object(&w);
  dw_buf_putc(out, '\n');
}

/* --- the output folder: either complete or absent --- */

enum { MOST_FILES = 16 };

struct folder {
  const char *path;
  bool made; /* created by folder_open() */
  const char *names[MOST_FILES];
  size_t count;
};

static int system_error(const char *verb, const char *path, struct dw_error *err) {
  return dw_error_set(err, DW_ERR_IO, "can't %s %s: %s", verb, path, strerror(errno));
}

/* -1 with errno if PATH can't be listed. */
static int count_entries(const char *path) {
  DIR *dir = opendir(path);
  int count = 0;
  if (dir == NULL)
    return -1;
  for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
    count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  closedir(dir);
  return count;
}

/* Fails unless PATH is an empty folder or does not exist. */
static int folder_check(const char *path, struct dw_error *err) {
  int entries = count_entries(path);
  if (entries > 0)
    return dw_error_set(err, DW_ERR_IO, "%s is not empty; use a new directory", path);
  return entries == 0 || errno == ENOENT ? 0 : system_error("write to", path, err);
}

static int folder_open(struct folder *folder, const char *path, struct dw_error *err) {
  *folder = (struct folder){.path = path};
  if (mkdir(path, 0777) == 0) {
    folder->made = true;
    return 0;
  }
  return errno == EEXIST ? folder_check(path, err) : system_error("create the directory", path, err);
}

/* Until folder_commit(), files have hidden names, which readers of a state folder skip. */
static void file_path(const struct folder *folder, const char *name, bool hidden, char out[PATH_MAX]) {
  snprintf(out, PATH_MAX, "%s/%s%s%s", folder->path, hidden ? "." : "", name, hidden ? ".part" : "");
}

/* NAME must outlive FOLDER. */
static int folder_add(struct folder *folder, const char *name, const char *text, size_t length, struct dw_error *err) {
  char path[PATH_MAX];
  if (folder->count == MOST_FILES)
    abort();
  file_path(folder, name, true, path);
  FILE *file = fopen(path, "wxe");
  if (file == NULL)
    return system_error("write", path, err);
  folder->names[folder->count++] = name;
  bool good = fwrite(text, 1, length, file) == length && fflush(file) == 0;
  int reason = errno;
  good = fclose(file) == 0 && good;
  errno = reason;
  return good ? 0 : system_error("write", path, err);
}

static int folder_commit(struct folder *folder, struct dw_error *err) {
  for (size_t i = 0; i < folder->count; i++) {
    char hidden[PATH_MAX];
    char final[PATH_MAX];
    file_path(folder, folder->names[i], true, hidden);
    file_path(folder, folder->names[i], false, final);
    if (rename(hidden, final) != 0)
      return system_error("write", final, err);
  }
  folder->count = 0;
  folder->made = false;
  return 0;
}

/* Removes everything again unless it was committed. */
static void folder_close(struct folder *folder) {
  for (size_t i = 0; i < folder->count; i++) {
    char path[PATH_MAX];
    file_path(folder, folder->names[i], true, path);
    if (unlink(path) == 0)
      continue;
    file_path(folder, folder->names[i], false, path); /* the commit failed halfway */
    unlink(path);
  }
  if (folder->made)
    rmdir(folder->path);
}

/* --- the files --- */

/* The end of the items that have the same kind as items[START]. */
static size_t end_of_kind(const struct item *items, size_t count, size_t start) {
  size_t end = start;
  while (end < count && items[end].object->kind == items[start].object->kind)
    end++;
  return end;
}

/* "networkattachmentdefinitions.json", "networks.operator.openshift.io.json" */
static const char *file_name(struct dw_arena *arena, enum dw_kind kind) {
  bool shared = strcmp(dw_kind_title(kind), dw_kind_name(kind)) != 0;
  char *name =
      dw_arena_printf(arena, "%ss%s%s.json", dw_kind_name(kind), shared ? "." : "", shared ? dw_kind_group(kind) : "");
  for (char *c = name; *c != '\0'; c++)
    *c = (char)tolower((unsigned char)*c);
  return name;
}

static int fill(struct dw_arena *arena, struct folder *folder, const struct item *items, size_t count,
                struct dw_error *err) {
  for (size_t start = 0, end; start < count; start = end) {
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    end = end_of_kind(items, count, start);
    write_list(&text, items + start, end - start);
    if (folder_add(folder, file_name(arena, items[start].object->kind), text.data, text.length, err) != 0)
      return -1;
  }
  return folder_commit(folder, err);
}

static void print_counts(struct dw_arena *arena, const char *folder, const struct item *items, size_t count) {
  for (size_t start = 0, end; start < count; start = end) {
    end = end_of_kind(items, count, start);
    printf("%s/%s: %zu object%s\n", folder, file_name(arena, items[start].object->kind), end - start,
           end - start == 1 ? "" : "s");
  }
  if (count == 0)
    printf("%s: no objects that the rules read\n", folder);
}

/* Names the kinds without any object: none exist, or the kind is not installed. */
static void warn_absent(const struct cli_gaps *gaps, const struct item *items, size_t count) {
  bool seen[DW_KIND_COUNT] = {false};
  size_t named = 0;
  for (size_t i = 0; i < count; i++)
    seen[items[i].object->kind] = true;
  for (int kind = 0; kind < DW_KIND_COUNT; kind++)
    if (!seen[kind] && gaps->knowledge[kind] == DW_KNOWN)
      fprintf(stderr, "%s%s", named++ == 0 ? "droveway: no objects of these kinds, or not installed: " : ", ",
              dw_kind_title((enum dw_kind)kind));
  if (named > 0)
    fputc('\n', stderr);
}

static int write_all(struct dw_arena *arena, const struct snapshot_options *options, const struct cli_state *state,
                     struct dw_error *err) {
  struct folder folder;
  size_t count = 0;
  struct item *items = collect(arena, &state->found, &count);
  if (folder_open(&folder, options->folder, err) != 0)
    return -1;
  int failed = fill(arena, &folder, items, count, err);
  folder_close(&folder);
  if (failed != 0)
    return -1;
  print_counts(arena, options->folder, items, count);
  warn_absent(&state->gaps, items, count);
  cli_warn_unknown(&options->world, &state->gaps,
                   "they are missing from the snapshot, which reads as if there were none");
  return 0;
}

static int snapshot(struct dw_arena *arena, const struct snapshot_options *options, struct dw_error *err) {
  struct dw_sources sources = cli_sources(&options->world);
  struct cli_state state;
  if (folder_check(options->folder, err) != 0)
    return -1;
  struct dw_policy *policy = dw_policy_load(&sources, err);
  if (policy == NULL)
    return -1;
  struct cli_state_query query = {&options->world, policy->namespace_, DW_KEEP_ALL};
  int failed = cli_state_read(arena, &query, &state, err);
  if (failed == 0) {
    failed = write_all(arena, options, &state, err);
    dw_lint_state_free(&state.found);
  }
  dw_policy_free(policy);
  return failed;
}

int cli_snapshot(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct snapshot_options options = {.folder = NULL};
  struct dw_error err = DW_ERROR_INIT;
  int status = read_options(argc, argv, &options);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  if (cli_default_cluster("snapshot", arena, &options.world) != CLI_OK)
    return CLI_FAILED;
  return snapshot(arena, &options, &err) == 0 ? cli_finish(CLI_OK) : cli_fail(&err);
}
