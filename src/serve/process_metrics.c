/* What Prometheus's own client libraries tell of a process, under their names. Where /proc is not there, some is left
 * out. Sources: proc(5), getrusage(2), getrlimit(2). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "serve/server_internal.h"

/* Of /proc/self/stat, behind the name of the program: the third field is the first. */
enum { FIRST_FIELD = 3, THREADS_FIELD = 20, START_FIELD = 22, VIRTUAL_FIELD = 23, RESIDENT_FIELD = 24, FIELDS = 25 };

static void add(struct dw_buf *out, const char *name, const char *type, const char *help, double value) {
  dw_buf_printf(out, "# HELP process_%s %s\n# TYPE process_%s %s\nprocess_%s %.15g\n", name, help, name, type, name,
                value);
}

static void gauge(struct dw_buf *out, const char *name, const char *help, double value) {
  add(out, name, "gauge", help, value);
}

/* False where it can't be read. */
static bool read_stat(unsigned long long fields[FIELDS]) {
  char text[1024];
  int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0)
    close(fd);
  if (length <= 0)
    return false;
  text[length] = '\0';
  char *at = strrchr(text, ')'); /* the name may hold anything */
  if (at == NULL || strlen(at) < 4)
    return false;
  at += 4; /* ") S", the state */
  for (int i = FIRST_FIELD + 1; i < FIELDS; i++)
    fields[i] = strtoull(at, &at, 10);
  return true;
}

/* The start is told in ticks since the machine's. */
static double start_time(unsigned long long ticks) {
  struct timespec now = {0}, up = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  clock_gettime(CLOCK_BOOTTIME, &up);
  double booted = (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
  double started = booted + (double)ticks / (double)sysconf(_SC_CLK_TCK);
  return (double)(long long)(started * 100 + 0.5) / 100; /* as exact as ticks are */
}

/* Negative where they can't be counted. */
static double open_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  double count = -1; /* the one of the folder itself */
  if (folder == NULL)
    return -1;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
    count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void add_usage(struct dw_buf *out) {
  struct rusage usage;
  struct rlimit limit;
  double open = open_descriptors();
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    add(out, "cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
        seconds(usage.ru_utime) + seconds(usage.ru_stime));
  if (open >= 0)
    gauge(out, "open_fds", "Number of open file descriptors.", open);
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    gauge(out, "max_fds", "Maximum number of open file descriptors.", (double)limit.rlim_cur);
}

void dw_process_metrics(struct dw_buf *out) {
  unsigned long long fields[FIELDS] = {0};
  add_usage(out);
  if (!read_stat(fields))
    return;
  gauge(out, "resident_memory_bytes", "Resident memory size in bytes.",
        (double)fields[RESIDENT_FIELD] * (double)sysconf(_SC_PAGESIZE));
  gauge(out, "virtual_memory_bytes", "Virtual memory size in bytes.", (double)fields[VIRTUAL_FIELD]);
  gauge(out, "start_time_seconds", "Start time of the process since unix epoch in seconds.",
        start_time(fields[START_FIELD]));
  gauge(out, "threads", "Number of OS threads in the process.", (double)fields[THREADS_FIELD]);
}
