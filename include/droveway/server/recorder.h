/* Reviews as they came, a file each: test inputs, and what to look at when an answer surprises. Thread-safe. */
#ifndef DROVEWAY_SERVER_RECORDER_H
#define DROVEWAY_SERVER_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "droveway/base/error.h"
#include "droveway/model/review.h"

struct dw_recorder;

/* Makes FOLDER where it is not there. NULL where it can't be written to. */
struct dw_recorder *dw_recorder_new(const char *folder, struct dw_error *err) __attribute__((nonnull(1)));
void dw_recorder_free(struct dw_recorder *recorder); /* NULL is allowed */

/* Writes FOLDER/NNNNNN-ENDPOINT-OPERATION-KIND-NAME.json; REQUEST is NULL where the body could not be read. Up to
 * 10,000 files, and none where writing fails, which is logged once: an answer never hangs on it. */
void dw_recorder_keep(struct dw_recorder *recorder, bool mutate, const struct dw_request *request, const char *body,
                      size_t length) __attribute__((nonnull(1, 4)));

#endif
