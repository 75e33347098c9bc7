/* Records each review in a file, as a test input or to explain an answer later. Thread-safe. */
#ifndef SERVE_RECORDER_H
#define SERVE_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rules/review.h"

struct dw_recorder;

/* Creates FOLDER if it does not exist. Returns NULL if it can't be written to. */
struct dw_recorder *dw_recorder_new(const char *folder, struct dw_error *err) __attribute__((nonnull(1)));
/* Starts the thread that writes. Returns -1 on error. */
int dw_recorder_start(struct dw_recorder *recorder, struct dw_error *err) __attribute__((nonnull(1)));
/* Waits until all queued reviews are written. NULL is allowed. */
void dw_recorder_free(struct dw_recorder *recorder);

/* Queues the review for FOLDER/NNNNNN-ENDPOINT-OPERATION-KIND-NAME.json. REQUEST is NULL if the body could not be read;
 * BODY is copied. Never waits for the disk: the queue has 16 MiB, and the log says how many reviews did not fit.
 * Recording stops after 10,000 files, or when writing fails, which is logged once. */
void dw_recorder_keep(struct dw_recorder *recorder, bool mutate, const struct dw_request *request, const char *body,
                      size_t length) __attribute__((nonnull(1, 4)));

#endif
