/* Lints manifests against a state folder, or judges an AdmissionReview from standard input.
 *
 *   lint STATE FILE...     prints one line per finding; exits with status 1 if something is denied
 *   lint --review STATE    prints the AdmissionReview with the answer; exits with status 1 if it is a denial
 *
 * Build it against an installed Droveway:
 *
 *   cc -std=c99 -o lint lint.c $(pkg-config --cflags --libs droveway)
 */
#include <droveway/droveway.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTHING_DENIED = 0, DENIED = 1, FAILED = 2 };

static int fail(const droveway_error *error) {
  fprintf(stderr, "lint: %s\n", droveway_error_text(error));
  return FAILED;
}

static void print(const droveway_finding *finding) {
  const char *severity = droveway_finding_severity(finding) == DROVEWAY_DENIAL ? "error" : "warning";
  printf("%s:%d:%d: %s: %s\n", droveway_finding_file(finding), droveway_finding_line(finding),
         droveway_finding_column(finding), severity, droveway_finding_text(finding));
}

static int lint(const droveway_state *state, const char *const *paths, size_t count, droveway_error *error) {
  droveway_findings *findings = droveway_lint_paths(state, paths, count, NULL, error);
  if (findings == NULL)
    return fail(error);
  for (size_t i = 0; i < droveway_findings_count(findings); i++)
    print(droveway_findings_at(findings, i));
  printf("objects: %zu, denials: %zu, warnings: %zu\n", droveway_findings_objects(findings),
         droveway_findings_denials(findings), droveway_findings_warnings(findings));
  int status = droveway_findings_denials(findings) > 0 ? DENIED : NOTHING_DENIED;
  droveway_findings_free(findings);
  return status;
}

static int review(const droveway_state *state, droveway_error *error) {
  static char body[8 << 20]; /* droveway_judge() accepts no more */
  size_t length = fread(body, 1, sizeof body, stdin);
  droveway_verdict *verdict = droveway_judge(state, DROVEWAY_VALIDATE, body, length, error);
  if (verdict == NULL)
    return fail(error);
  fputs(droveway_verdict_answer(verdict, NULL), stdout);
  int status = droveway_verdict_allowed(verdict) ? NOTHING_DENIED : DENIED;
  droveway_verdict_free(verdict);
  return status;
}

int main(int argc, char **argv) {
  int reviews = argc == 3 && strcmp(argv[1], "--review") == 0;
  if (argc < 3) {
    fputs("usage: lint STATE FILE...\n       lint --review STATE < REVIEW\n", stderr);
    return FAILED;
  }
  droveway_error *error = droveway_error_new();
  droveway_state *state = droveway_state_read_folder(argv[reviews ? 2 : 1], NULL, error);
  int status;
  if (state == NULL)
    status = fail(error);
  else if (reviews)
    status = review(state, error);
  else
    status = lint(state, (const char *const *)&argv[2], (size_t)argc - 2, error);
  droveway_state_free(state);
  droveway_error_free(error);
  return status;
}
