/* Droveway's C API: includes all of its headers. An example:
 *
 *   droveway_error *error = droveway_error_new();
 *   droveway_state *state = droveway_state_read_folder("cluster-state", NULL, error);
 *   droveway_findings *found = state == NULL ? NULL : droveway_lint_paths(state, paths, count, NULL, error);
 *   if (found == NULL)
 *     fprintf(stderr, "%s\n", droveway_error_text(error));
 *   for (size_t i = 0; i < droveway_findings_count(found); i++)
 *     puts(droveway_finding_text(droveway_findings_at(found, i)));
 *   droveway_findings_free(found);
 *   droveway_state_free(state);
 *   droveway_error_free(error);
 */
#ifndef DROVEWAY_DROVEWAY_H
#define DROVEWAY_DROVEWAY_H

#include <droveway/error.h>
#include <droveway/lint.h>
#include <droveway/review.h>
#include <droveway/state.h>

#endif
