/* Records each review in a file: test inputs, and evidence when an answer surprises. Thread-safe. */
#ifndef SERVE_RECORDER_H
#define SERVE_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rules/review.h"

struct dw_recorder;

/* Makes FOLDER where it is not there. NULL where it can't be written to. */
struct dw_recorder *dw_recorder_new(const char *folder, struct dw_error *err) __attribute__((nonnull(1)));
/* Starts the thread that writes. -1 on error. */
int dw_recorder_start(struct dw_recorder *recorder, struct dw_error *err) __attribute__((nonnull(1)));
/* Waits until all that is queued is written. NULL is allowed. */
void dw_recorder_free(struct dw_recorder *recorder);

/* Has FOLDER/NNNNNN-ENDPOINT-OPERATION-KIND-NAME.json written; REQUEST is NULL where the body could not be read. It
 * never waits for a disk: what has no room in a queue of 16 MiB is left out, and the log says how many. Up to 10,000
 * files, and none where writing fails, which is logged once. */
void dw_recorder_keep(struct dw_recorder *recorder, bool mutate, const struct dw_request *request, const char *body,
                      size_t length) __attribute__((nonnull(1, 4)));

#endif
