#include "server/overload.h"

#include <inttypes.h>

#include "droveway/base/buf.h"
#include "droveway/base/log.h"
#include "server/server_internal.h"

enum { PAUSE_SECONDS = 10 };
#define PAUSE_US (PAUSE_SECONDS * INT64_C(1000000))
#define SECOND_US INT64_C(1000000)

/* Those that no other line tells of: a request that is refused has its own, and idle connections may end. */
static const enum dw_bound silent[] = {DW_BOUND_CONNECTIONS, DW_BOUND_CONNECTIONS_PER_ADDRESS, DW_BOUND_CONNECTION_RATE,
                                       DW_BOUND_REQUEST_TIME};

/* Appends what came since the last line, a field a limit; returns how many. */
static uint64_t add_news(const struct overload *overload, struct dw_buf *fields) {
  uint64_t sum = 0;
  for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
    uint64_t news =
        atomic_load_explicit(&overload->hits->counts[silent[i]], memory_order_relaxed) - overload->told[silent[i]];
    sum += news;
    if (news > 0)
      dw_buf_printf(fields, ",\"%s\":%" PRIu64, dw_bound_name(silent[i]), news);
  }
  return sum;
}

static void note_told(struct overload *overload, int64_t now) {
  for (size_t i = 0; i < DW_BOUND_COUNT; i++)
    overload->told[i] = atomic_load_explicit(&overload->hits->counts[i], memory_order_relaxed);
  overload->told_at = now;
}

static void look_at_connections(struct overload *overload, int64_t now) {
  if (overload->on && now - overload->told_at < PAUSE_US)
    return;
  DW_BUF_SCOPED struct dw_buf fields = DW_BUF_INIT;
  dw_buf_printf(&fields, "\"listener\":\"%s\"", overload->listener);
  bool news = add_news(overload, &fields) > 0;
  if (news)
    dw_log_fields(DW_LOG_WARN, "connections are turned away or ended for a limit", dw_buf_text(&fields));
  else if (overload->on)
    dw_log_fields(DW_LOG_INFO, "no more connections are turned away or ended for a limit", dw_buf_text(&fields));
  if (news || overload->on)
    note_told(overload, now);
  overload->on = news;
}

static void look_at_refusals(struct overload *overload, int64_t now) {
  if (now - overload->left_out_at < SECOND_US)
    return;
  overload->left_out_at = now;
  unsigned count = dw_log_gate_left_out(&overload->counters->refusals);
  if (count == 0)
    return;
  DW_BUF_SCOPED struct dw_buf fields = DW_BUF_INIT;
  dw_buf_printf(&fields, "\"listener\":\"%s\",\"count\":%u", overload->listener, count);
  dw_log_fields(DW_LOG_WARN, "more requests were refused than have a line each", dw_buf_text(&fields));
}

void dw_overload_look(void *context) {
  struct overload *overload = context;
  int64_t now = dw_now_microseconds();
  look_at_connections(overload, now);
  look_at_refusals(overload, now);
}
