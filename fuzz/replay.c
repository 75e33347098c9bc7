/* Runs a fuzz target on its stored inputs: the seeds and all inputs that once crashed it. It is linked with each
 * target, and has the target's name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "support.h"

static const char *target;

static void run_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file)
    fail_msg("%s can't be read", path);
  uint8_t *data = malloc((size_t)1 << 20);
  size_t size = fread(data, 1, (size_t)1 << 20, file);
  fclose(file);
  /* A block of exactly SIZE bytes lets AddressSanitizer see a read past the end. */
  uint8_t *exact = malloc(size ? size : 1);
  memcpy(exact, data, size);
  free(data);
  assert_int_equal(LLVMFuzzerTestOneInput(exact, size), 0);
  free(exact);
}

static size_t run_folder(const char *kind) {
  char folder[256];
  snprintf(folder, sizeof folder, "fuzz/%s/%s", kind, target);
  DIR *dir = opendir(folder);
  if (!dir) {
    assert_int_equal(errno, ENOENT);
    return 0;
  }
  size_t count = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    char path[600];
    if (entry->d_name[0] == '.')
      continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    run_file(path);
    count++;
  }
  closedir(dir);
  return count;
}

static void seeds_hold(void **state) {
  (void)state;
  assert_true(run_folder("corpus") > 0);
}

static void former_crashers_hold(void **state) {
  (void)state;
  run_folder("crashers");
}

int main(int argc, char **argv) {
  (void)argc;
  target = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  const struct CMUnitTest tests[] = {cmocka_unit_test(seeds_hold), cmocka_unit_test(former_crashers_hold)};
  return cmocka_run_group_tests_name(target, tests, NULL, NULL);
}
