/* `droveway completion`. (`make integrations` runs the scripts in the shells.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_program.h"

static void each_script_is_the_installed_file(void **state) {
  (void)state;
  static const char *const scripts[][2] = {{"bash", "integrations/completions/droveway.bash"},
                                           {"zsh", "integrations/completions/_droveway"},
                                           {"fish", "integrations/completions/droveway.fish"}};
  for (size_t i = 0; i < 3; i++) {
    char *file = file_text(scripts[i][1], NULL);
    RUN_SCOPED run = RUN("completion", scripts[i][0]);
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, file);
    free(file);
  }
}

static void contexts_are_listed_in_the_order_of_the_kubeconfig(void **state) {
  (void)state;
  char folder[64], path[128];
  folder_make(folder);
  folder_write(
      folder, "config",
      "current-context: nowhere\ncontexts:\n- {name: west, context: {}}\n- {context: {}}\n- name: \"two\\nlines\"\n"
      "- {name: east/api-1:6443/admin}\n");
  folder_write(folder, "empty", "clusters: []\n");
  folder_write(folder, "list", "- a\n");
  snprintf(path, sizeof path, "%s/config", folder);
  RUN_SCOPED run = RUN("completion", "contexts", "--kubeconfig", path);
  assert_int_equal(run.status, 0);
  assert_string_equal(run.out, "west\neast/api-1:6443/admin\n");
  snprintf(path, sizeof path, "%s/empty", folder);
  RUN_SCOPED empty = RUN("completion", "contexts", "--kubeconfig", path);
  assert_int_equal(empty.status, 0);
  assert_string_equal(empty.out, "");
  snprintf(path, sizeof path, "%s/list", folder);
  RUN_SCOPED list = RUN("completion", "contexts", "--kubeconfig", path);
  assert_int_equal(list.status, 2);
  assert_non_null(strstr(list.err, "/list:1:1: is not a kubeconfig"));
  snprintf(path, sizeof path, "%s/none", folder);
  RUN_SCOPED none = RUN("completion", "contexts", "--kubeconfig", path);
  assert_int_equal(none.status, 2);
  assert_string_equal(none.out, "");
  folder_remove(folder);
}

static void bad_usage_exits_2(void **state) {
  (void)state;
  RUN_SCOPED nothing = RUN("completion");
  assert_int_equal(nothing.status, 2);
  assert_string_equal(nothing.err, "droveway completion: the shell is missing; use bash, zsh or fish; see 'droveway "
                                   "completion --help'\n");
  RUN_SCOPED unknown = RUN("completion", "ksh");
  assert_int_equal(unknown.status, 2);
  assert_non_null(strstr(unknown.err, "unknown shell \"ksh\"; use bash, zsh or fish"));
  RUN_SCOPED two = RUN("completion", "bash", "zsh");
  assert_int_equal(two.status, 2);
  assert_non_null(strstr(two.err, "unexpected argument \"zsh\""));
  RUN_SCOPED file = RUN("completion", "bash", "--kubeconfig", "x");
  assert_int_equal(file.status, 2);
  assert_non_null(strstr(file.err, "--kubeconfig is only for contexts"));
  char home[64];
  folder_make(home);
  setenv("HOME", home, 1);
  unsetenv("KUBECONFIG");
  RUN_SCOPED none = RUN("completion", "contexts");
  folder_remove(home);
  assert_int_equal(none.status, 2);
  assert_string_equal(none.err, "droveway completion: no kubeconfig found ($KUBECONFIG, ~/.kube/config); use "
                                "--kubeconfig FILE; see 'droveway completion --help'\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_script_is_the_installed_file),
      cmocka_unit_test(contexts_are_listed_in_the_order_of_the_kubeconfig),
      cmocka_unit_test(bad_usage_exits_2),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
