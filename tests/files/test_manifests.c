#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "files/folder.h"
#include "files/manifests.h"
#include "support/standard_input.h"

#define POD(name) "apiVersion: v1\nkind: Pod\nmetadata: {name: " name "}\n"

static struct dw_manifest *read_path(struct dw_arena *arena, const char *path) {
  struct dw_manifest *first = NULL;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_manifests_read(arena, &path, 1, &first, &err) != 0)
    fail_msg("%s:%d:%d: %s", err.file, err.line, err.column, err.text);
  return first;
}

static struct dw_manifest *read_text(struct dw_arena *arena, const struct folder *folder, const char *text) {
  folder_put(folder, "m.yaml", text);
  return read_path(arena, folder_path(arena, folder, "m.yaml"));
}

/* "NAME@PATH " of each object. */
static const char *names_of(struct dw_arena *arena, const struct dw_manifest *manifest) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (; manifest; manifest = manifest->next) {
    const char *name = dw_json_string(dw_json_path(manifest->json, "metadata", "name", NULL));
    dw_buf_printf(&out, "%s@%s ", name ? name : "-", manifest->path);
  }
  return dw_arena_strdup(arena, dw_buf_text(&out));
}

static void expect_names(const struct folder *folder, const char *text, const char *names) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  assert_string_equal(names_of(arena, read_text(arena, folder, text)), names);
}

/* Expects an error at LINE:COLUMN for TEXT that contains SAYS. */
static void expect_refused(const struct folder *folder, const char *text, int line, int column, const char *says) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "m.yaml", text);
  const char *path = folder_path(arena, folder, "m.yaml");
  struct dw_manifest *first = NULL;
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_manifests_read(arena, &path, 1, &first, &err), -1);
  assert_null(first);
  assert_string_equal(err.file, path);
  if (err.line != line || err.column != column || !strstr(err.text, says))
    fail_msg("%d:%d: %s\nin:\n%s", err.line, err.column, err.text, text);
}

static void reads_streams(void **state) {
  expect_names(*state, POD("a") "---\n" POD("b"), "a@ b@ ");
  expect_names(*state, "---\n# nothing\n---\n" POD("a") "---\n...\n---\n", "a@ ");
  expect_names(*state, "", "");
  expect_names(*state, "null\n", "");
}

static void reads_json(void **state) {
  expect_names(*state, "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}}", "a@ ");
  expect_names(*state,
               "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}\n"
               "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\"}}",
               "a@ b@ ");
}

static void splits_lists(void **state) {
  expect_names(*state,
               "apiVersion: v1\nkind: List\nitems:\n"
               "- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n"
               "- apiVersion: v1\n  kind: List\n  items:\n"
               "  - {apiVersion: v1, kind: Pod, metadata: {name: b}}\n"
               "- {apiVersion: v1, kind: Pod, metadata: {name: c}}\n"
               "---\n" POD("d"),
               "a@items[0] b@items[1].items[0] c@items[2] d@ ");
  expect_names(*state, "{apiVersion: v1, kind: List, items: []}", "");
  expect_names(*state, "{apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]}",
               "a@items[0] ");
}

static void an_object_that_resembles_a_list_is_an_object(void **state) {
  expect_names(*state, "{apiVersion: v1, kind: AllowList, metadata: {name: a}, items: 3}", "a@ ");
  expect_names(*state, "{apiVersion: v1, kind: Pod, metadata: {name: a}, items: []}", "a@ ");
}

static void refuses_what_is_not_an_object(void **state) {
  expect_refused(*state, "- a\n- b\n", 1, 1, "mapping with apiVersion and kind");
  expect_refused(*state, "# a comment\n\njust text\n", 3, 1, "mapping with apiVersion and kind");
  expect_refused(*state, POD("a") "---\nkind: Pod\n", 5, 1, "apiVersion or kind is missing");
  expect_refused(*state, "apiVersion: v1\nmetadata: {}\n", 1, 1, "apiVersion or kind is missing");
  expect_refused(*state, "apiVersion: 1\nkind: Pod\n", 1, 1, "apiVersion or kind is missing");
  expect_refused(*state, "apiVersion: v1\nkind: \"\"\n", 1, 1, "apiVersion or kind is missing");
  expect_refused(*state, "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n- {kind: Pod}\n", 6, 3,
                 "apiVersion or kind is missing");
  expect_refused(*state, "{apiVersion: v1, kind: List, items: [null]}", 1, 38, "mapping with apiVersion and kind");
}

static void reports_the_position_of_invalid_yaml(void **state) {
  expect_refused(*state, "apiVersion: v1\nkind: Pod\n\tmetadata: {}\n", 3, 1, "");
  expect_refused(*state, "apiVersion: v1\nkind: Pod\nkind: Node\n", 3, 1, "kind");
  expect_refused(*state, "{\"apiVersion\": \"v1\",\n \"kind\": \"Pod\" \"x\"}", 2, 16, "");
}

static void refuses_a_file_whose_second_document_is_invalid(void **state) {
  expect_refused(*state, POD("a") "---\n" POD("b") "  x: [\n", 8, 3, "indentation");
}

static void refuses_nul_bytes(void **state) {
  const struct folder *folder = *state;
  static const char text[] = "apiVersion: v1\nkind: Pod\0\nmetadata: {name: a}\n";
  folder_put_bytes(folder, "m.yaml", text, sizeof text - 1);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *path = folder_path(arena, folder, "m.yaml");
  struct dw_manifest *first = NULL;
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_manifests_read(arena, &path, 1, &first, &err), -1);
  assert_string_equal(err.file, path);
  assert_int_equal(err.line, 2);
}

static void reads_folders_in_order_of_name(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "2.yaml", POD("two"));
  folder_put(folder, "10.yml", POD("ten") "---\n" POD("eleven"));
  folder_put(folder, "3/x.json", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"three\"}}");
  folder_put(folder, "README.md", "# no manifest");
  folder_put(folder, ".git/x.yaml", "{");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifest *first = read_path(arena, folder->path);
  assert_string_equal(names_of(arena, first), "ten@ eleven@ two@ three@ ");
  assert_string_equal(first->file, folder_path(arena, folder, "10.yml"));
}

static const char values[] = "replicaCount: 3\nimage: {tag: v1}\n";
static const char broken_nad[] = "kind: NetworkAttachmentDefinition\nmetadata: {name: a}\n";

static int gather(struct dw_arena *arena, const char *path, struct dw_manifests *out, struct dw_error *err) {
  *err = (struct dw_error)DW_ERROR_INIT;
  const struct dw_manifest_choice choice = {.paths = &path, .count = 1};
  return dw_manifests_gather(arena, &choice, out, err);
}

static void skips_what_is_not_an_object_in_a_project(void **state) {
  const struct folder *folder = *state;
  folder_put(folder, "Chart.yaml", "apiVersion: v2\nname: chart\n");
  folder_put(folder, "a.yaml", POD("a") "---\n# nothing\n---\n" POD("b"));
  folder_put(folder, "b/values.yaml", values);
  folder_put(folder, "b/patch.json", "[{\"op\": \"remove\", \"path\": \"/spec/config\"}]");
  folder_put(folder, "b/z.yaml", "just text\n---\n" POD("z") "---\nkind: 3\napiVersion: v1\n");
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  assert_int_equal(gather(arena, folder->path, &out, &err), 0);
  assert_string_equal(names_of(arena, out.first), "a@ b@ z@ ");
  assert_int_equal(out.skipped, 4);
  assert_int_equal(out.patch_count, 1);
  struct dw_manifest *first = NULL;
  const char *path = folder->path;
  assert_int_equal(dw_manifests_read(arena, &path, 1, &first, &err), -1);
}

static void a_named_file_must_contain_objects(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, "values.yaml", values);
  folder_put(folder, "empty.yaml", "---\n# Source: x.yaml\n---\n");
  assert_int_equal(gather(arena, folder_path(arena, folder, "values.yaml"), &out, &err), -1);
  assert_non_null(strstr(err.text, "apiVersion or kind is missing"));
  assert_int_equal(gather(arena, folder_path(arena, folder, "empty.yaml"), &out, &err), 0);
  assert_null(out.first);
  assert_int_equal(out.skipped, 0);
}

/* Expects an error for TEXT as a file in a folder, which contains SAYS and does not contain NOT. */
static void expect_project_refused(const struct folder *folder, const char *text, const char *says, const char * not ) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, "m.yaml", text);
  assert_int_equal(gather(arena, folder->path, &out, &err), -1);
  assert_string_equal(err.file, folder_path(arena, folder, "m.yaml"));
  if (err.line < 1 || !strstr(err.text, says) || strstr(err.text, not ))
    fail_msg("%d:%d: %s\nin:\n%s", err.line, err.column, err.text, text);
}

static void never_skips_an_object_with_rules(void **state) {
  expect_project_refused(*state, broken_nad, "apiVersion or kind is missing", "Helm");
  expect_project_refused(*state, "apiVersion: k8s.cni.cncf.io/v1\n", "apiVersion or kind is missing", "Helm");
  expect_project_refused(*state, "kind: HyperConverged\n", "apiVersion or kind is missing", "Helm");
  expect_project_refused(*state, "apiVersion: kubevirt.io/v1\n", "apiVersion or kind is missing", "Helm");
  expect_project_refused(*state, "apiVersion: v1\nkind: List\nitems:\n- {kind: NetworkAttachmentDefinition}\n",
                         "apiVersion or kind is missing", "Helm");
}

/* Away from the error, braces may be a mistake of their own: the file is not taken for a template. */
static void tells_how_to_render_what_may_be_a_template(void **state) {
  expect_project_refused(*state, "kind: Pod\n  x: y\nz:\n  {{- toYaml .x }}\n",
                         "helm template CHART | droveway check -f -", "\n");
  expect_project_refused(*state, "kind: Pod\n  x: y\nz: 1\na: 2\n{% if x %}\n", "jinja2 FILE VALUES.yaml | droveway",
                         "Helm");
  expect_project_refused(*state, "kind: Pod\n  x: y\n", "", "render it");
  expect_project_refused(*state, "on: ${{ x }}\na: [\n", "", "render it");
  expect_project_refused(*state, "text: \"{{ $labels.a }}\"\nz: 1\nkind: Pod\n  x: y\n", "", "render it");
}

/* The command that the first skipped template is rendered with; "" if TEXT is not one. */
static const char *command_for(struct dw_arena *arena, const struct folder *folder, const char *name,
                               const char *text) {
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, name, text);
  (void)gather(arena, folder->path, &out, &err);
  if (out.template_count == 0)
    return "";
  assert_int_equal(out.template_count, 1);
  assert_int_equal(out.unreadable.count, 0);
  assert_string_equal(out.templates[0].file, folder_path(arena, folder, name));
  return dw_template_command(arena, out.templates[0].kind, NULL);
}

static void skips_templates_of_all_programs(void **state) {
  static const struct {
    const char *text, *command;
  } cases[] = {
      {"{{- if .Values.on }}\nkind: Pod\n{{- end }}\n", "helm template CHART"},
      {"kind: Pod\nmetadata:\n  name: {{ .Values.name }}\n", "helm template CHART"},
      {"kind: Pod\nmetadata:\n{{ include \"labels\" . | indent 2 }}\n", "helm template CHART"},
      {"kind: Pod\nmetadata: {{ .meta }}\n", "gomplate -f FILE"},
      {"{{ range $i := .nodes }}\nkind: Pod\n{{ end }}\n", "gomplate -f FILE"},
      {"kind: {{ pod_kind }}\n", "jinja2 FILE VALUES.yaml"},
      {"{% for n in nodes %}\nkind: Pod\n{% endfor %}\n", "jinja2 FILE VALUES.yaml"},
      {"{# a comment #}\nkind: Pod\n", "jinja2 FILE VALUES.yaml"},
      {"kind: Pod\n<% if x %>\na: b\n", "erb FILE"},
      {"kind: Pod\n${METADATA}\na: b\n", "envsubst < FILE"},
      {"#@ load(\"@ytt:data\", \"data\")\nkind: Pod\napiVersion: v1\n", "ytt -f FILE"},
      {"kind: Pod\napiVersion: v1\nmetadata:\n  name: #@ data.values.name\n", "ytt -f FILE"},
      {"#@ if data.values.on:\nkind: Pod\napiVersion: v1\n#@ end\n", "ytt -f FILE"},
      /* no templates */
      {"kind: Pod\napiVersion: v1\nmetadata: {name: '{{ x }}'}\n", ""},
      {"kind: Pod\napiVersion: v1\n#@ end\nmetadata: {name: a}\n", ""},
      {"#@ if this changes, tell the others\nkind: Pod\napiVersion: v1\nmetadata: {name: a}\n", ""},
      {"kind: Pod\napiVersion: v1\n#@todo: a comment\nmetadata: {name: a}\n", ""},
      {"kind: Pod\n${{ github.x }}\n", ""},
      {"kind: [\n", ""},
      {"", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    assert_string_equal(command_for(arena, *state, "m.yaml", cases[i].text), cases[i].command);
  }
}

static void quotes_the_path_in_the_command_for_a_shell(void **state) {
  (void)state;
  static const struct {
    const char *path, *command;
  } cases[] = {
      {"a/b-1_2.yaml", "gomplate -f a/b-1_2.yaml"},
      {"my files/a.yaml", "gomplate -f 'my files/a.yaml'"},
      {"$(reboot)`reboot`;reboot", "gomplate -f '$(reboot)`reboot`;reboot'"},
      {"it's", "gomplate -f 'it'\\''s'"},
      {"~a", "gomplate -f '~a'"},
      {"-a", "gomplate -f ./-a"},
      {"-a b", "gomplate -f './-a b'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    assert_string_equal(dw_template_command(arena, DW_TEMPLATE_GO, cases[i].path), cases[i].command);
  }
}

/* Who names a file wants it to be checked. */
static void a_template_that_is_named_is_unreadable(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, "m.yaml", "kind: Pod\nmetadata: {{ .meta }}\n");
  assert_int_equal(gather(arena, folder_path(arena, folder, "m.yaml"), &out, &err), -1);
  assert_int_equal(out.template_count, 0);
  assert_non_null(
      strstr(err.text, "; this looks like a Go template; render it first: gomplate -f FILE | droveway check"));
}

/* Each problem is listed, and what is around it is read. */
static void reads_the_rest_if_a_part_is_unreadable(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, "a.yaml", POD("a"));
  folder_put(folder, "b.yaml", POD("b") "x: [\n");
  folder_put(folder, "c.yaml", POD("c1") "---\nkind: KubeVirt\n---\n" POD("c2"));
  folder_put(folder, "d.json", "{\"a\": \"\xFF\"}");
  assert_int_equal(symlink("nowhere", folder_path(arena, folder, "e.yaml")), 0);
  folder_put(folder, "f.yaml", POD("f"));
  assert_int_equal(gather(arena, folder->path, &out, &err), -1);
  assert_string_equal(names_of(arena, out.first), "a@ c1@ c2@ f@ ");
  assert_int_equal(out.unreadable.count, 4);
  static const struct {
    const char *file, *what, *source;
    int line;
  } expected[] = {{"b.yaml", "expected ", "", 5},
                  {"c.yaml", "apiVersion or kind is missing", "kind: KubeVirt", 5},
                  {"d.json", "UTF-8", "", 1},
                  {"e.yaml", "is a link to nowhere, which can't be read: No such file or directory", "", 0}};
  for (size_t i = 0; i < 4; i++) {
    const struct dw_unreadable *item = &out.unreadable.items[i];
    assert_string_equal(item->file, folder_path(arena, folder, expected[i].file));
    assert_int_equal(item->line, expected[i].line);
    assert_non_null(strstr(item->what, expected[i].what));
    assert_string_equal(item->source, expected[i].source);
    assert_true(i == 0 ? strcmp(err.file, item->file) == 0 : strstr(err.text, item->file) != NULL);
  }
}

/* The text BEGIN, COUNT times ITEM, END as a file. Gives what is unreadable in it. */
static struct dw_unreadables unreadable_in(struct dw_arena *arena, const struct folder *folder, const char *begin,
                                           const char *item, int count, const char *end) {
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, begin);
  for (int i = 0; i < count; i++)
    dw_buf_puts(&text, item);
  dw_buf_puts(&text, end);
  folder_put(folder, "many.yaml", dw_buf_text(&text));
  assert_int_equal(gather(arena, folder_path(arena, folder, "many.yaml"), &out, &err), -1);
  assert_int_equal(out.unreadable.count, count);
  return out.unreadable;
}

/* Counting the lines from the beginning of the file for each of them took minutes, and copying a long line for each
 * mistake in it took gigabytes. */
static void many_mistakes_need_little_time_and_memory(void **state) {
  enum { MANY = 100000 };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_unreadables lines = unreadable_in(arena, *state, "", "---\na: 1\n", MANY, "");
  assert_int_equal(lines.items[0].line, 2);
  assert_string_equal(lines.items[0].source, "a: 1");
  assert_int_equal(lines.items[MANY - 1].line, 2 * MANY);
  assert_string_equal(lines.items[MANY - 1].source, "a: 1");
  struct dw_unreadables items =
      unreadable_in(arena, *state, "{apiVersion: v1, kind: List, items: [", "1,", MANY, "]}\n");
  assert_int_equal(items.items[MANY - 1].line, 1);
  assert_ptr_equal(items.items[0].source, items.items[MANY - 1].source);
}

static void reads_paths_as_given(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "b.txt", POD("b"));
  folder_put(folder, ".a", POD("a"));
  const char *const paths[] = {folder_path(arena, folder, "b.txt"), folder_path(arena, folder, ".a")};
  struct dw_manifest *first = NULL;
  assert_int_equal(dw_manifests_read(arena, paths, 2, &first, NULL), 0);
  assert_string_equal(names_of(arena, first), "b@ a@ ");
}

static void reads_standard_input(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "in", POD("a"));
  int kept = standard_input_replace(open(folder_path(arena, folder, "in"), O_RDONLY | O_CLOEXEC));
  struct dw_manifest *first = read_path(arena, "-");
  standard_input_restore(kept);
  assert_string_equal(names_of(arena, first), "a@ ");
  assert_string_equal(first->file, "-");
}

static void reports_the_missing_path(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  folder_put(folder, "a.yaml", POD("a"));
  const char *const paths[] = {folder->path, folder_path(arena, folder, "none.yaml")};
  struct dw_manifest *first = NULL;
  struct dw_error err = DW_ERROR_INIT;
  assert_int_equal(dw_manifests_read(arena, paths, 2, &first, &err), -1);
  assert_null(first);
  assert_string_equal(err.file, paths[1]);
  assert_int_equal(err.line, 0);
  assert_int_equal(err.code, DW_ERR_IO);
}

static void expect_place(const struct dw_manifest *manifest, const char *field, int line, int column) {
  struct dw_place place = dw_manifest_find(manifest, &(struct dw_manifest_spot){.field = field});
  if (place.line != line || place.column != column)
    fail_msg("%s: %d:%d, not %d:%d", field, place.line, place.column, line, column);
}

static void finds_the_position_of_a_field(void **state) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifest *first = read_text(arena, *state,
                                        POD("a") "---\napiVersion: v1\nkind: List\nitems:\n"
                                                 "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: b\n");
  assert_non_null(first->next);
  expect_place(first, "", 1, 1);
  expect_place(first, "metadata.name", 3, 18);
  expect_place(first->next, "", 8, 3);
  expect_place(first->next, "metadata.name", 11, 11);
  expect_place(first->next, "metadata.labels[a.b/c]", 11, 5); /* the nearest existing ancestor */
}

#define NAD "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: nad}, spec: {}}"
#define NAD_WITHOUT_SPEC "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: nad}}"
#define CARRIER(members) "apiVersion: example.io/v1\nkind: Carrier\nmetadata: {name: c}\n" members "\n"
#define POLICY(type, object)                                                                                           \
  CARRIER("spec: {object-templates: [{complianceType: " type ", objectDefinition: " object "}]}")

#define RAW(text) CARRIER("spec:\n  object-templates-raw: |\n    " text)

static void finds_objects_inside_others(void **state) {
  static const struct {
    const char *text, *names;
  } cases[] = {
      {CARRIER("spec: {manifests: [" NAD "]}"), "c@ nad@spec.manifests[0] "},
      {CARRIER("spec: {resources: [{a: 1}, [" NAD "]]}"), "c@ nad@spec.resources[1][0] "},
      {CARRIER("objects: [" NAD "]"), "c@ nad@objects[0] "},
      {CARRIER("spec: {a.b/c: " NAD "}"), "c@ nad@spec[a.b/c] "},
      {CARRIER("spec: {values: {apiVersion: v1, kind: List, items: [" NAD "]}}"), "c@ nad@spec.values.items[0] "},
      {CARRIER("spec: {a: {apiVersion: kubevirt.io/v1, kind: kubevirt, metadata: {generateName: k}}}"), "c@ -@spec.a "},
      {CARRIER("spec: {a: {apiVersion: k8s.ovn.org/v1, kind: UserDefinedNetwork, metadata: {name: u}}}"),
       "c@ u@spec.a "},
      {CARRIER("spec: {a: {apiVersion: v1, kind: Pod, metadata: {name: p}}}"), "c@ "},
      {"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: k8s.ovn.org/v1, kind: UserDefinedNetwork, metadata: {name: "
       "u}}\n",
       "u@items[0] "},
      {POLICY("musthave", NAD), "c@ nad@spec.object-templates[0].objectDefinition "},
      {POLICY("MustOnlyHave", NAD_WITHOUT_SPEC), "c@ nad@spec.object-templates[0].objectDefinition "},
      {POLICY("mustnothave", NAD), "c@ "},
      {POLICY("MustHave", NAD_WITHOUT_SPEC), "c@ "},
      {RAW("- {complianceType: musthave, objectDefinition: " NAD "}"), "c@ nad@[0].objectDefinition "},
      {RAW("- {complianceType: mustnothave, objectDefinition: " NAD "}"), "c@ "},
      {RAW("{a: " NAD "}"), "c@ nad@a "},
      {RAW("[}"), "c@ "},
      {RAW("- [kind: KubeVirt"), "c@ c@spec "},
      {RAW("- {objectDefinition: {kind: ConfigMap, data: '{{ .a }}'}}"), "c@ "},
      {RAW("# a NetworkAttachmentDefinition {{ .a }}"), "c@ "},
      {RAW("- {kind: NetworkAttachmentDefinitions, a: '{{ .a }}'}"), "c@ "},
      {RAW("- {{ if .a }}\n    - kind: \"KubeVirt\""), "c@ c@spec "}, /* with the name of the policy */
      {"object-templates-raw: |\n  - {objectDefinition: " NAD "}\n", "nad@[0].objectDefinition "},
      {CARRIER("spec: {object-templates-raw: 5}"), "c@ "},
      {CARRIER("spec: {ref: {apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, name: n}}"), "c@ "},
      {CARRIER("spec: {patches: [" NAD "]}"), "c@ "},
      {CARRIER("spec: {try: [{assert: {resource: " NAD "}}, {error: {resource: " NAD "}}]}"), "c@ "},
      {CARRIER("status: {a: " NAD "}"), "c@ "},
      {NAD "\n", "nad@ "},
      {"extraObjects: [" NAD "]\n", "nad@extraObjects[0] "}, /* a chart's values.yaml */
      {"- " NAD "\n", "nad@[0] "},
  };
  const struct folder *folder = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_manifests out = {.first = NULL};
    struct dw_error err;
    folder_put(folder, "m.yaml", cases[i].text);
    assert_int_equal(gather(arena, folder->path, &out, &err), 0);
    if (strcmp(names_of(arena, out.first), cases[i].names) != 0)
      fail_msg("%s, not %s, in:\n%s", names_of(arena, out.first), cases[i].names, cases[i].text);
    assert_int_equal(out.skipped, 0);
  }
}

static void finds_the_position_of_an_object_inside_another(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, "m.yaml", CARRIER("spec:\n  manifests:\n  - " NAD));
  assert_int_equal(gather(arena, folder_path(arena, folder, "m.yaml"), &out, &err), 0);
  expect_place(out.first->next, "metadata.name", 6, 90);
  assert_string_equal(out.first->next->wrapper, "example.io/v1");
  assert_null(out.first->wrapper);
}

/* The text is YAML inside YAML. */
static void finds_the_position_of_an_object_inside_a_text(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, "m.yaml", RAW("- \"\xC3\xA9\": " NAD) "---\n" NAD "\n");
  assert_int_equal(gather(arena, folder_path(arena, folder, "m.yaml"), &out, &err), 0);
  const struct dw_manifest *nad = out.first->next;
  expect_place(nad, "metadata.name", 6, 97);
  assert_string_equal(nad->wrapper, "example.io/v1");
  assert_null(nad->template);
  expect_place(nad->next, "metadata.name", 8, 86); /* in the file again */
  assert_null(nad->next->wrapper);
}

/* "FILE " of each patch, without the folder. */
static const char *patches_of(struct dw_arena *arena, const struct folder *folder,
                              const struct dw_manifests *manifests) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  for (size_t i = 0; i < manifests->patch_count; i++)
    dw_buf_printf(&out, "%s ", manifests->patches[i] + strlen(folder->path) + 1);
  return dw_arena_strdup(arena, dw_buf_text(&out));
}

static void skips_the_patches_of_kustomize(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, "overlays/a/kustomization.yaml",
             "resources: [nad.yaml]\n"
             "patches: [{path: ./patches/one.yaml}, {path: ../shared/two.yaml}, {patch: \"a: b\\nc: d\\n\"}]\n"
             "patchesStrategicMerge: [three.yaml, \"a: b\\n\", missing.yaml]\n"
             "patchesJson6902: [{target: {}, path: patches/deep/four.yaml}]\n");
  folder_put(folder, "overlays/a/nad.yaml", NAD "\n");
  folder_put(folder, "overlays/a/patches/one.yaml", NAD "\n");
  folder_put(folder, "overlays/a/patches/deep/four.yaml", NAD "\n");
  folder_put(folder, "overlays/a/patches/other.yaml", POD("other"));
  folder_put(folder, "overlays/a/three.yaml", NAD "\n");
  folder_put(folder, "overlays/shared/two.yaml", NAD "\n"); /* there is no kustomization above it */
  folder_put(folder, "z/directive.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: d}\n$patch: delete\n");
  folder_put(folder, "z/operations.yaml", "- {op: remove, path: /spec}\n");
  folder_put(folder, "z/list.yaml", "- {op: remove, path: /spec}\n- {op: remove}\n");
  assert_int_equal(gather(arena, folder->path, &out, &err), 0);
  assert_string_equal(names_of(arena, out.first), "nad@ other@ nad@ ");
  assert_string_equal(patches_of(arena, folder, &out),
                      "overlays/a/patches/deep/four.yaml overlays/a/patches/one.yaml overlays/a/three.yaml "
                      "z/directive.yaml z/operations.yaml ");
  assert_int_equal(out.skipped, 2); /* the kustomization and the list */
}

static void skips_a_patch_whatever_its_name(void **state) {
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, "a/kustomization.yml", "patches: [{path: b/../b/one.yaml}]\n");
  folder_put(folder, "a/b/one.yaml", NAD "\n");
  assert_int_equal(gather(arena, folder_path(arena, folder, "a/./b/one.yaml"), &out, &err), 0);
  assert_null(out.first);
  assert_int_equal(out.patch_count, 1);
}

static void counts_the_templates_of_a_chart(void **state) {
  static const char template[] = "{{- if .Values.on }}\nkind: Pod\n{{- end }}\n";
  const struct folder *folder = *state;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_manifests out = {.first = NULL};
  struct dw_error err;
  folder_put(folder, "chart/Chart.yaml", "apiVersion: v2\nname: chart\n");
  folder_put(folder, "chart/templates/a.yaml", template);
  folder_put(folder, "chart/templates/sub/b.yaml", template);
  folder_put(folder, "chart/crds/c.yaml", POD("c"));
  assert_int_equal(gather(arena, folder->path, &out, &err), 0);
  assert_string_equal(names_of(arena, out.first), "c@ ");
  assert_int_equal(out.template_count, 2);
  assert_int_equal(out.skipped, 1);
  assert_int_equal(gather(arena, folder_path(arena, folder, "chart/templates/a.yaml"), &out, &err), -1);
  folder_put(folder, "chart/templates/c.yaml", "kind: [\n"); /* no template at all */
  assert_int_equal(gather(arena, folder->path, &out, &err), -1);
  assert_int_equal(out.template_count, 2);
  assert_string_equal(out.templates[0].chart, folder_path(arena, folder, "chart"));
  assert_int_equal(out.unreadable.count, 1);
}

static void reads_each_list_item_as_a_separate_object(void **state) {
  enum { COUNT = 5000 };
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_puts(&text, "apiVersion: v1\nkind: List\nitems:\n");
  for (int i = 0; i < COUNT; i++)
    dw_buf_printf(&text, "- {apiVersion: v1, kind: Pod, metadata: {name: p%d}}\n", i);
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t count = 0;
  const struct dw_manifest *last = NULL;
  for (struct dw_manifest *m = read_text(arena, *state, dw_buf_text(&text)); m; m = m->next) {
    count++;
    last = m;
  }
  assert_int_equal(count, COUNT);
  assert_string_equal(last->path, "items[4999]");
  expect_place(last, "metadata.name", 5003, 48);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, folder_setup, folder_teardown)
  const struct CMUnitTest tests[] = {
      TEST(reads_streams),
      TEST(reads_json),
      TEST(splits_lists),
      TEST(an_object_that_resembles_a_list_is_an_object),
      TEST(refuses_what_is_not_an_object),
      TEST(reports_the_position_of_invalid_yaml),
      TEST(refuses_a_file_whose_second_document_is_invalid),
      TEST(refuses_nul_bytes),
      TEST(reads_folders_in_order_of_name),
      TEST(skips_what_is_not_an_object_in_a_project),
      TEST(a_named_file_must_contain_objects),
      TEST(never_skips_an_object_with_rules),
      TEST(tells_how_to_render_what_may_be_a_template),
      TEST(skips_templates_of_all_programs),
      cmocka_unit_test(quotes_the_path_in_the_command_for_a_shell),
      TEST(a_template_that_is_named_is_unreadable),
      TEST(reads_the_rest_if_a_part_is_unreadable),
      TEST(many_mistakes_need_little_time_and_memory),
      TEST(reads_paths_as_given),
      TEST(reads_standard_input),
      TEST(reports_the_missing_path),
      TEST(finds_the_position_of_a_field),
      TEST(finds_objects_inside_others),
      TEST(finds_the_position_of_an_object_inside_another),
      TEST(finds_the_position_of_an_object_inside_a_text),
      TEST(skips_the_patches_of_kustomize),
      TEST(skips_a_patch_whatever_its_name),
      TEST(counts_the_templates_of_a_chart),
      TEST(reads_each_list_item_as_a_separate_object),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
