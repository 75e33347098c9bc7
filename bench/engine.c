/* Measures the cost of a review in the engine alone, from the body to the text of the answer, and prints lines of
 * results (README.md). Measures CPU time, or with one of these options: --allocations (needs count.c preloaded),
 * --instructions (under callgrind, which writes a dump for each case) or --threads (the gain of each further core). */
#include <dlfcn.h>
#include <getopt.h>
#include <glob.h>
#include <gnu/libc-version.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include "base/buf.h"
#include "cluster.h"
#include "http/http.h"
#include "rules/engine.h"

static const struct bench_size sizes[] = {
    {10, 3, BENCH_NICS}, {100, 100, BENCH_NICS}, {1000, 500, BENCH_NICS}, {10000, 5000, BENCH_NICS}};
/* The name of a review and the size of the cluster. */
struct title {
  char text[128];
};

enum { SIZES = sizeof sizes / sizeof *sizes, ORDINARY = 1, MOST_BODY = 1 << 20, MOST_ROUNDS = 16 };

enum what { TIME, ALLOCATIONS, INSTRUCTIONS, THREADS };

struct plan {
  enum what what;
  bool smoke;
  size_t rounds, reviews;
};

/* The pool of the wide one is large enough even for 5,000 nodes, so that the answer is the same for all clusters. */
static const char ordinary[] = "validate-nad-create", wide[] = "validate-nad-create-wide";
static const char narrow_range[] = "10.200.5.0/24", wide_range[] = "10.200.0.0/19";

struct payload {
  char name[96];
  bool mutate;
  char *body;
  size_t length;
};

struct payloads {
  struct payload *items;
  size_t count;
};

static double clock_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Answers a review as `serve` does. Returns the length of the answer. */
static size_t review(const struct dw_world *world, const struct payload *payload) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(DW_DEFAULT_MAX_MEMORY);
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_error err = DW_ERROR_INIT;
  if (dw_review(arena, world, payload->mutate, payload->body, payload->length, &out, NULL, NULL, &err) == 0)
    return out.length;
  fprintf(stderr, "engine: %s: %s\n", payload->name, err.text);
  exit(2);
}

static struct title title_of(const struct payload *payload, size_t size) {
  struct title title;
  snprintf(title.text, sizeof title.text, "%s %zux%zu", payload->name, sizes[size].nads, sizes[size].nodes);
  return title;
}

/* --- the recorded reviews --- */

static void read_payload(const char *path, struct payload *out) {
  FILE *file = fopen(path, "rb");
  out->body = malloc(MOST_BODY);
  if (file == NULL || out->body == NULL || (out->length = fread(out->body, 1, MOST_BODY, file)) == 0) {
    perror(path);
    exit(2);
  }
  fclose(file);
  const char *name = strrchr(path, '/') + 1;
  snprintf(out->name, sizeof out->name, "%.*s", (int)(strlen(name) - strlen(".json")), name);
  out->mutate = strncmp(name, "mutate", strlen("mutate")) == 0;
}

static void widen(struct payload *payload) {
  snprintf(payload->name, sizeof payload->name, "%s", wide);
  for (char *at = payload->body;
       (at = memmem(at, payload->length - (size_t)(at - payload->body), narrow_range, strlen(narrow_range))) != NULL;)
    memcpy(at, wide_range, strlen(wide_range));
}

static struct payloads read_payloads(void) {
  glob_t found;
  if (glob("tests/payloads/recorded/*.json", 0, NULL, &found) != 0) {
    fputs("engine: no recorded reviews here; start it in the root of the sources\n", stderr);
    exit(2);
  }
  struct payloads payloads = {calloc(found.gl_pathc + 1, sizeof(struct payload)), 0};
  if (payloads.items == NULL)
    exit(2);
  for (size_t i = 0; i < found.gl_pathc; i++) {
    struct payload *payload = &payloads.items[payloads.count++];
    read_payload(found.gl_pathv[i], payload);
    if (strcmp(payload->name, ordinary) == 0) {
      read_payload(found.gl_pathv[i], &payloads.items[payloads.count]);
      widen(&payloads.items[payloads.count++]);
    }
  }
  globfree(&found);
  return payloads;
}

static void free_payloads(struct payloads *payloads) {
  for (size_t i = 0; i < payloads->count; i++)
    free(payloads->items[i].body);
  free(payloads->items);
}

static const struct payload *find_payload(const struct payloads *payloads, const char *name) {
  for (size_t i = 0; i < payloads->count; i++)
    if (strcmp(payloads->items[i].name, name) == 0)
      return &payloads->items[i];
  fprintf(stderr, "engine: %s is missing\n", name);
  exit(2);
}

/* --- time --- */

static double measure_time(const struct dw_world *world, const struct payload *payload, size_t reviews) {
  double begin = clock_ns(CLOCK_THREAD_CPUTIME_ID);
  for (size_t i = 0; i < reviews; i++)
    review(world, payload);
  return (clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin) / (double)reviews;
}

static void print_values(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    printf("\t%.0f", values[i]);
  putchar('\n');
}

/* Alternates between the sizes, so that other load on the machine affects all of them. */
static void print_times(struct dw_world *const *worlds, const struct payload *payload, const struct plan *plan) {
  double times[SIZES][MOST_ROUNDS];
  for (size_t round = 0; round < plan->rounds; round++)
    for (size_t size = 0; size < SIZES; size++)
      times[size][round] = worlds[size] == NULL ? 0 : measure_time(worlds[size], payload, plan->reviews);
  for (size_t size = 0; size < SIZES; size++)
    if (worlds[size] != NULL) {
      printf("engine\t%s\ttime\tns", title_of(payload, size).text);
      print_values(times[size], plan->rounds);
    }
}

/* --- the same in each run: allocations and instructions --- */

static void print_allocations(const struct dw_world *world, const struct payload *payload, struct title title) {
  atomic_size_t **count = dlsym(RTLD_DEFAULT, "bench_allocations");
  if (count == NULL) {
    fputs("engine: --allocations needs libcount.so preloaded\n", stderr);
    exit(2);
  }
  size_t answer = review(world, payload); /* the first review may initialize something */
  size_t before = atomic_load(*count);
  review(world, payload);
  printf("engine\t%s\tallocations\t1\t%zu\n", title.text, atomic_load(*count) - before);
  printf("engine\t%s\tanswer\tB\t%zu\n", title.text, answer);
}

static void dump_instructions(const struct dw_world *world, const struct payload *payload, struct title title,
                              size_t reviews) {
  review(world, payload);
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  for (size_t i = 0; i < reviews; i++)
    review(world, payload);
  CALLGRIND_DUMP_STATS_AT(title.text);
  CALLGRIND_STOP_INSTRUMENTATION;
}

static void measure(struct dw_world *const *worlds, const struct payload *payload, const struct plan *plan) {
  if (plan->what == TIME)
    print_times(worlds, payload, plan);
  for (size_t size = 0; size < SIZES; size++) {
    if (worlds[size] != NULL && plan->what == ALLOCATIONS)
      print_allocations(worlds[size], payload, title_of(payload, size));
    if (worlds[size] != NULL && plan->what == INSTRUCTIONS)
      dump_instructions(worlds[size], payload, title_of(payload, size), plan->reviews);
  }
}

/* --- more cores --- */

struct worker {
  pthread_t thread;
  const struct dw_world *world;
  const struct payload *payload;
  size_t reviews;
};

static void *work(void *context) {
  const struct worker *worker = context;
  for (size_t i = 0; i < worker->reviews; i++)
    review(worker->world, worker->payload);
  return NULL;
}

/* Reviews per second of COUNT workers together. Each of them does as many as the first one. */
static double rate_of(struct worker *workers, size_t count) {
  double begin = clock_ns(CLOCK_MONOTONIC);
  for (size_t i = 0; i < count; i++) {
    workers[i] = workers[0];
    if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
      exit(2);
  }
  for (size_t i = 0; i < count; i++)
    pthread_join(workers[i].thread, NULL);
  return (double)(count * workers[0].reviews) / ((clock_ns(CLOCK_MONOTONIC) - begin) / 1e9);
}

static void print_threads(const struct dw_world *world, const struct payload *payload, const struct plan *plan) {
  size_t cores = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
  struct worker *workers = calloc(cores, sizeof *workers);
  double(*rates)[MOST_ROUNDS] = calloc(cores, sizeof *rates);
  if (workers == NULL || rates == NULL)
    exit(2);
  workers[0] = (struct worker){.world = world, .payload = payload, .reviews = plan->reviews * 50};
  for (size_t round = 0; round < plan->rounds; round++)
    for (size_t threads = 1; threads <= cores; threads++)
      rates[threads - 1][round] = rate_of(workers, threads);
  for (size_t threads = 1; threads <= cores; threads++) {
    printf("cores\tengine threads=%zu\trate\t1/s", threads);
    print_values(rates[threads - 1], plan->rounds);
  }
  free(workers);
  free(rates);
}

/* --- all of it --- */

static struct plan read_options(int argc, char **argv) {
  static const struct option options[] = {{"allocations", no_argument, NULL, ALLOCATIONS},
                                          {"instructions", no_argument, NULL, INSTRUCTIONS},
                                          {"threads", no_argument, NULL, THREADS},
                                          {"smoke", no_argument, NULL, 's'},
                                          {NULL, 0, NULL, 0}};
  struct plan plan = {.what = TIME, .rounds = 7, .reviews = 200};
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (option == '?')
      exit(2);
    if (option == 's')
      plan.smoke = true;
    else
      plan.what = (enum what)option;
  }
  if (plan.smoke) {
    plan.rounds = 1;
    plan.reviews = 20;
  }
  if (plan.what == INSTRUCTIONS)
    plan.reviews = 4;
  return plan;
}

static void print_versions(void) {
  struct utsname machine;
#ifdef __clang__
  puts("#compiler\tclang " __clang_version__);
#else
  puts("#compiler\tgcc " __VERSION__);
#endif
  printf("#libc\tglibc %s\n", gnu_get_libc_version());
  if (uname(&machine) == 0)
    printf("#architecture\t%s\n", machine.machine);
}

int main(int argc, char **argv) {
  struct plan plan = read_options(argc, argv);
  struct payloads payloads = read_payloads();
  struct dw_world *worlds[SIZES] = {NULL};
  print_versions();
  if (plan.what == INSTRUCTIONS)
    printf("#reviews\t%zu\n", plan.reviews);
  for (size_t i = 0; i < SIZES; i++)
    if (i == ORDINARY || (plan.what != THREADS && !(plan.smoke && i > ORDINARY)))
      worlds[i] = bench_world(&sizes[i]);
  if (plan.what == THREADS)
    print_threads(worlds[ORDINARY], find_payload(&payloads, ordinary), &plan);
  else
    for (size_t i = 0; i < payloads.count; i++)
      measure(worlds, &payloads.items[i], &plan);
  for (size_t i = 0; i < SIZES; i++)
    if (worlds[i] != NULL)
      dw_world_unref(worlds[i]);
  free_payloads(&payloads);
  return 0;
}
