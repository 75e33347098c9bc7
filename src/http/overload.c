#include "http/overload.h"

#include "base/clock.h"
#include "base/log.h"

enum { PAUSE_SECONDS = 10 };
#define PAUSE_US (PAUSE_SECONDS * INT64_C(1000000))
#define SECOND_US INT64_C(1000000)

/* Those that no other line tells of: a request that is refused has its own, and idle connections may end. */
static const enum dw_bound silent[] = {DW_BOUND_CONNECTIONS, DW_BOUND_CONNECTIONS_PER_ADDRESS, DW_BOUND_CONNECTION_RATE,
                                       DW_BOUND_REQUEST_TIME};

enum { SILENT = sizeof silent / sizeof *silent };

/* One member for each limit that was hit since the last line; returns how many there are. */
static size_t add_news(const struct overload *overload, struct dw_log_member *out) {
  size_t count = 0;
  for (size_t i = 0; i < SILENT; i++) {
    uint64_t hits = atomic_load_explicit(&overload->load->hits.counts[silent[i]], memory_order_relaxed);
    uint64_t news = hits - overload->told[silent[i]];
    if (news > 0)
      out[count++] = dw_log_integer(dw_bound_name(silent[i]), (int64_t)news);
  }
  return count;
}

static void note_told(struct overload *overload, int64_t now) {
  for (size_t i = 0; i < DW_BOUND_COUNT; i++)
    overload->told[i] = atomic_load_explicit(&overload->load->hits.counts[i], memory_order_relaxed);
  overload->told_at = now;
}

static void look_at_connections(struct overload *overload, int64_t now) {
  if (overload->on && now - overload->told_at < PAUSE_US)
    return;
  struct dw_log_member members[1 + SILENT] = {dw_log_string("listener", overload->listener)};
  size_t news = add_news(overload, members + 1);
  if (news > 0)
    dw_log_members(NULL, DW_LOG_WARN, "connections are turned away or ended for a limit", members, 1 + news);
  else if (overload->on)
    dw_log_members(NULL, DW_LOG_INFO, "no more connections are turned away or ended for a limit", members, 1);
  if (news > 0 || overload->on)
    note_told(overload, now);
  overload->on = news > 0;
}

static void look_at_refusals(struct overload *overload, int64_t now) {
  if (now - overload->left_out_at < SECOND_US)
    return;
  overload->left_out_at = now;
  unsigned count = dw_log_gate_left_out(&overload->load->refusals);
  if (count == 0)
    return;
  dw_log_with(DW_LOG_WARN, "more requests were refused than have a line each",
              dw_log_string("listener", overload->listener), dw_log_integer("count", count));
}

void dw_overload_look(void *context) {
  struct overload *overload = context;
  int64_t now = dw_now_microseconds();
  look_at_connections(overload, now);
  look_at_refusals(overload, now);
}
