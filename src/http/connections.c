#include "http/connections.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"

enum { CHECK_MS = 250, FEWEST_SLOTS = 1024, MOST_SLOTS = 65536 };

enum phase {
  PHASE_FREE,
  PHASE_QUEUED, /* the library has not begun with it, and may close it without a notification */
  PHASE_BUSY,   /* a request is being received or answered, or the first one is awaited */
  PHASE_ENDED,  /* its answer was sent; the thread then notes how much was received */
  PHASE_IDLE,   /* between requests */
};

/* A connection. Slots are indexed by descriptor, so that a request needs neither a search nor a lock. */
struct slot {
  atomic_int phase;
  _Atomic int64_t since;     /* when the phase began; IDLE keeps the time of ENDED */
  uint64_t received;         /* bytes by the end of the last request; only the thread uses it */
  unsigned char address[16]; /* under lock, as the rest */
  dev_t device;              /* with the inode it identifies the socket, even if the descriptor is reused */
  ino_t inode;
  atomic_uint *load; /* of its worker; NULL: not assigned yet */
};

struct connections {
  struct connection_limits limits;
  struct dw_http_load *load;
  struct overload overload; /* only the thread uses it */
  struct slot *slots;
  size_t slot_count;
  pthread_mutex_t lock; /* also held for shutdown(), so that the descriptor still belongs to the connection */
  unsigned open;
  struct rates rates; /* under lock */
  int stop;           /* eventfd */
  pthread_t thread;
};

static struct slot *slot_of(const struct connections *connections, int fd) {
  return fd >= 0 && (size_t)fd < connections->slot_count ? &connections->slots[fd] : NULL;
}

static void enter(struct slot *slot, enum phase phase) {
  atomic_store(&slot->since, dw_now_microseconds());
  atomic_store(&slot->phase, phase);
}

/* --- how fast an address may connect --- */

static double burst_of(const struct rates *rates) {
  return rates->rate < 2 ? 1 : rates->rate / 2.0;
}

/* Returns the bucket of ADDRESS. If it has none, the one in its set that was unused for the longest time is replaced:
 * it is most likely full again. */
static struct rate *find(struct rates *rates, const unsigned char address[16], int64_t now) {
  struct rate *set = rates->sets[dw_hash_bytes(DW_HASH_INIT, address, 16) % RATES_SETS];
  struct rate *oldest = &set[0];
  for (int i = 0; i < RATES_WAYS; i++) {
    if (set[i].since != 0 && memcmp(set[i].address, address, 16) == 0)
      return &set[i];
    if (set[i].since < oldest->since)
      oldest = &set[i];
  }
  memcpy(oldest->address, address, 16);
  oldest->since = now;
  oldest->tokens = burst_of(rates);
  return oldest;
}

int64_t dw_rates_wait(struct rates *rates, const unsigned char address[16], int64_t now) {
  struct rate *rate = find(rates, address, now);
  rate->tokens += (double)(now - rate->since) / 1e6 * rates->rate;
  if (rate->tokens > burst_of(rates))
    rate->tokens = burst_of(rates);
  rate->since = now;
  if (rate->tokens - 1 < -2.0 * rates->rate)
    return -1;
  rate->tokens -= 1;
  return rate->tokens >= 0 ? 0 : (int64_t)(-rate->tokens / rates->rate * 1e6);
}

/* --- which connections are accepted --- */

/* Call it under the lock. */
static void release(struct connections *connections, struct slot *slot) {
  if (atomic_exchange(&slot->phase, PHASE_FREE) == PHASE_FREE)
    return;
  connections->open--;
  if (slot->load != NULL)
    atomic_fetch_sub(slot->load, 1);
  slot->load = NULL;
}

static void note_socket(struct slot *slot, int fd) {
  struct stat info = {0};
  (void)fstat(fd, &info);
  slot->device = info.st_dev;
  slot->inode = info.st_ino;
}

static bool is_still_open(const struct slot *slot, int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 && info.st_dev == slot->device && info.st_ino == slot->inode;
}

/* Writes the client's address as IPv6. An IPv4 address becomes IPv4-mapped, as accept() returns it for an IPv6 socket.
 */
static void read_address(const struct sockaddr *peer, unsigned char out[16]) {
  memset(out, 0, 16);
  if (peer->sa_family == AF_INET6) {
    memcpy(out, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, 16);
  } else if (peer->sa_family == AF_INET) {
    out[10] = out[11] = 0xff;
    memcpy(out + 12, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, 4);
  }
}

static unsigned count_of(const struct connections *connections, const unsigned char address[16]) {
  unsigned count = 0;
  for (size_t i = 0, seen = 0; i < connections->slot_count && seen < connections->open; i++) {
    const struct slot *slot = &connections->slots[i];
    if (atomic_load_explicit(&slot->phase, memory_order_relaxed) == PHASE_FREE)
      continue;
    seen++;
    count += memcmp(slot->address, address, 16) == 0;
  }
  return count;
}

int64_t dw_connections_admit(struct connections *connections, int fd, const struct sockaddr *peer) {
  struct slot *slot = slot_of(connections, fd);
  unsigned char address[16];
  enum dw_bound hit = DW_BOUND_COUNT;
  int64_t wait = 0;
  read_address(peer, address);
  pthread_mutex_lock(&connections->lock);
  if (slot != NULL)
    release(connections, slot); /* the library has closed an earlier connection with this descriptor */
  if (slot == NULL || connections->open >= connections->limits.most)
    hit = DW_BOUND_CONNECTIONS;
  else if (count_of(connections, address) >= connections->limits.most_per_address)
    hit = DW_BOUND_CONNECTIONS_PER_ADDRESS;
  else if ((wait = dw_rates_wait(&connections->rates, address, dw_now_microseconds())) < 0)
    hit = DW_BOUND_CONNECTION_RATE;
  if (hit == DW_BOUND_COUNT) {
    connections->open++;
    memcpy(slot->address, address, 16);
    slot->received = 0;
    note_socket(slot, fd);
    enter(slot, PHASE_QUEUED);
  }
  pthread_mutex_unlock(&connections->lock);
  if (hit == DW_BOUND_COUNT)
    return wait;
  dw_bound_hit(&connections->load->hits, hit);
  return -1;
}

void dw_connections_assign(struct connections *connections, int fd, atomic_uint *load) {
  struct slot *slot = slot_of(connections, fd);
  pthread_mutex_lock(&connections->lock);
  if (slot != NULL) {
    slot->load = load;
    atomic_fetch_add(load, 1);
  }
  pthread_mutex_unlock(&connections->lock);
}

void dw_connections_closed(struct connections *connections, int fd) {
  struct slot *slot = slot_of(connections, fd);
  pthread_mutex_lock(&connections->lock);
  if (slot != NULL)
    release(connections, slot);
  pthread_mutex_unlock(&connections->lock);
}

unsigned dw_connections_count(struct connections *connections) {
  pthread_mutex_lock(&connections->lock);
  unsigned open = connections->open;
  pthread_mutex_unlock(&connections->lock);
  return open;
}

/* --- how long requests take --- */

/* The time of the first request counts from the beginning of the connection. */
void dw_connections_begin(struct connections *connections, int fd) {
  struct slot *slot = slot_of(connections, fd);
  pthread_mutex_lock(&connections->lock); /* not while the thread checks whether FD is still open */
  if (slot != NULL)
    atomic_store(&slot->phase, PHASE_BUSY);
  pthread_mutex_unlock(&connections->lock);
}

/* If the thread has already noticed the first byte of the request, the time counts from then. */
void dw_connections_busy(struct connections *connections, int fd) {
  struct slot *slot = slot_of(connections, fd);
  if (slot != NULL && atomic_load(&slot->phase) != PHASE_BUSY)
    enter(slot, PHASE_BUSY);
}

void dw_connections_idle(struct connections *connections, int fd) {
  struct slot *slot = slot_of(connections, fd);
  if (slot != NULL)
    enter(slot, PHASE_ENDED);
}

static uint64_t received_on(int fd) {
  struct tcp_info info;
  socklen_t length = sizeof info;
  memset(&info, 0, sizeof info);
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 ? info.tcpi_bytes_received : 0;
}

/* If a request thread enters another phase at the same moment, its change wins. */
static void check(struct connections *connections, int fd, int64_t now) {
  struct slot *slot = &connections->slots[fd];
  int phase = atomic_load(&slot->phase);
  int64_t elapsed = (now - atomic_load(&slot->since)) / 1000;
  if (phase == PHASE_QUEUED && !is_still_open(slot, fd)) {
    release(connections, slot);
  } else if (phase == PHASE_ENDED) {
    slot->received = received_on(fd);
    atomic_compare_exchange_strong(&slot->phase, &phase, PHASE_IDLE);
  } else if (phase == PHASE_IDLE && received_on(fd) > slot->received) {
    atomic_store(&slot->since, now);
    atomic_compare_exchange_strong(&slot->phase, &phase, PHASE_BUSY);
  } else if (phase == PHASE_IDLE && elapsed >= (int64_t)connections->limits.idle_ms) {
    dw_bound_hit(&connections->load->hits, DW_BOUND_IDLE_TIME);
    shutdown(fd, SHUT_RDWR);
  } else if (phase == PHASE_BUSY && elapsed >= (int64_t)connections->limits.request_ms) {
    dw_bound_hit(&connections->load->hits, DW_BOUND_REQUEST_TIME);
    shutdown(fd, SHUT_RDWR);
    atomic_store(&slot->since, now); /* counted only once, unless it is still open after the same time again */
  }
}

static void check_all(struct connections *connections) {
  int64_t now = dw_now_microseconds();
  pthread_mutex_lock(&connections->lock);
  unsigned seen = 0;
  for (size_t i = 0; i < connections->slot_count && seen < connections->open; i++)
    if (atomic_load_explicit(&connections->slots[i].phase, memory_order_relaxed) != PHASE_FREE) {
      seen++;
      check(connections, (int)i, now);
    }
  pthread_mutex_unlock(&connections->lock);
}

/* --- logging refusals --- */

const char *dw_bound_name(enum dw_bound limit) {
  static const char *const names[DW_BOUND_COUNT] = {[DW_BOUND_BODY] = "body",
                                                    [DW_BOUND_HEADER] = "header",
                                                    [DW_BOUND_NESTING] = "nesting",
                                                    [DW_BOUND_MEMORY] = "memory",
                                                    [DW_BOUND_TOTAL_MEMORY] = "total_memory",
                                                    [DW_BOUND_CONNECTIONS] = "connections",
                                                    [DW_BOUND_CONNECTIONS_PER_ADDRESS] = "connections_per_address",
                                                    [DW_BOUND_CONNECTION_RATE] = "connection_rate",
                                                    [DW_BOUND_IDLE_TIME] = "idle_time",
                                                    [DW_BOUND_REQUEST_TIME] = "request_time"};
  return names[limit];
}

enum { PAUSE_SECONDS = 10 };
#define PAUSE_US (PAUSE_SECONDS * INT64_C(1000000))
#define SECOND_US INT64_C(1000000)

/* Limits that no other log line reports: each refused request is logged, and closing an idle connection is normal. */
static const enum dw_bound silent[] = {DW_BOUND_CONNECTIONS, DW_BOUND_CONNECTIONS_PER_ADDRESS, DW_BOUND_CONNECTION_RATE,
                                       DW_BOUND_REQUEST_TIME};

enum { SILENT = sizeof silent / sizeof *silent };

/* Writes one member for each limit that was hit since the last line. Returns their number. */
static size_t add_recent(const struct overload *overload, struct dw_log_member *out) {
  size_t count = 0;
  for (size_t i = 0; i < SILENT; i++) {
    uint64_t hits = dw_bound_hits(&overload->load->hits, silent[i]);
    uint64_t news = hits - overload->reported[silent[i]];
    if (news > 0)
      out[count++] = dw_log_integer(dw_bound_name(silent[i]), (int64_t)news);
  }
  return count;
}

static void note_reported(struct overload *overload, int64_t now) {
  for (enum dw_bound i = 0; i < DW_BOUND_COUNT; i++)
    overload->reported[i] = dw_bound_hits(&overload->load->hits, i);
  overload->reported_at = now;
}

static void report_connections(struct overload *overload, int64_t now) {
  if (overload->on && now - overload->reported_at < PAUSE_US)
    return;
  struct dw_log_member members[1 + SILENT] = {dw_log_string("listener", overload->listener)};
  size_t news = add_recent(overload, members + 1);
  if (news > 0)
    dw_log_members(NULL, DW_LOG_WARN, "connections are refused or closed because of a limit", members, 1 + news);
  else if (overload->on)
    dw_log_members(NULL, DW_LOG_INFO, "no more connections are refused or closed because of a limit", members, 1);
  if (news > 0 || overload->on)
    note_reported(overload, now);
  overload->on = news > 0;
}

static void report_refusals(struct overload *overload, int64_t now) {
  if (now - overload->left_out_at < SECOND_US)
    return;
  overload->left_out_at = now;
  unsigned count = dw_log_gate_left_out(&overload->load->refusals);
  if (count == 0)
    return;
  dw_log_with(DW_LOG_WARN, "more requests were refused than were logged", dw_log_string("listener", overload->listener),
              dw_log_integer("count", count));
}

void dw_overload_report(struct overload *overload) {
  int64_t now = dw_now_microseconds();
  report_connections(overload, now);
  report_refusals(overload, now);
}

/* --- the thread --- */

static void *run(void *context) {
  struct connections *connections = context;
  struct pollfd stop = {connections->stop, POLLIN, 0};
  while (poll(&stop, 1, CHECK_MS) <= 0) {
    check_all(connections);
    dw_overload_report(&connections->overload);
  }
  return NULL;
}

/* --- start and stop --- */

static size_t slots_wanted(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < FEWEST_SLOTS)
    return FEWEST_SLOTS;
  return limit.rlim_cur > MOST_SLOTS ? MOST_SLOTS : (size_t)limit.rlim_cur;
}

struct connections *dw_connections_start(const struct connection_limits *limits, const char *listener,
                                         struct dw_http_load *load, struct dw_error *err) {
  struct connections *connections = calloc(1, sizeof *connections);
  if (connections == NULL)
    abort();
  connections->limits = *limits;
  connections->rates.rate = limits->rate;
  connections->load = load;
  connections->overload = (struct overload){.listener = listener, .load = load};
  connections->slot_count = slots_wanted();
  connections->slots = calloc(connections->slot_count, sizeof *connections->slots);
  if (connections->slots == NULL)
    abort();
  pthread_mutex_init(&connections->lock, NULL);
  connections->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (connections->stop >= 0 && pthread_create(&connections->thread, NULL, run, connections) == 0)
    return connections;
  dw_error_set(err, DW_ERR_OTHER, "can't start the thread that watches connections");
  if (connections->stop >= 0)
    close(connections->stop);
  pthread_mutex_destroy(&connections->lock);
  free(connections->slots);
  free(connections);
  return NULL;
}

void dw_connections_stop(struct connections *connections) {
  if (connections == NULL)
    return;
  const uint64_t one = 1;
  (void)!write(connections->stop, &one, sizeof one);
  pthread_join(connections->thread, NULL);
  close(connections->stop);
  pthread_mutex_destroy(&connections->lock);
  free(connections->slots);
  free(connections);
}
