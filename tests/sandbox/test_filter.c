#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "sandbox/box.h"
#include "sandbox/sandbox_internal.h"

/* --- what kills the process --- */

static void run_a_program(void) {
  char *arguments[] = {"true", NULL};
  execv("/bin/true", arguments);
}

static void start_a_process(void) {
  if (fork() == 0)
    _exit(DONE);
}

static void trace(void) {
  ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

/* On s390x, a filter sees neither the kind of a socket nor that of a mapping. */
#ifndef __s390x__
static void take_packets(void) {
  socket(AF_PACKET, SOCK_DGRAM, 0);
}

static void make_a_raw_socket(void) {
  socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
}
#endif

static void listen_unbound(void) {
  listen(socket(AF_INET, SOCK_STREAM, 0), 1);
}

static void change_a_mode(void) {
  chmod("/dev/null", 0666);
}

static void change_an_owner(void) {
  (void)!chown("/dev/null", 0, 0);
}

static void rename_something(void) {
  rename("/no/such/file", "/no/such/folder");
}

static void remove_something(void) {
  unlink("/no/such/file");
}

static void signal_another(void) {
  syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static void dump_again(void) {
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void ask_for_a_ring(void) {
  syscall(SYS_io_uring_setup, 1, NULL);
}

static void raise_a_limit(void) {
  struct rlimit limit = {0, 0};
  setrlimit(RLIMIT_CORE, &limit);
}

static void open_past_the_flags(void) {
  uint64_t how[3] = {0};
  syscall(SYS_openat2, AT_FDCWD, "/dev/null", how, sizeof how);
}

static int do_the_deed(struct box *box) {
  if (!has_seccomp(box))
    return NONE_HERE;
  box->deed();
  return WRONG;
}

static void calls_that_serve_never_makes_kill_the_process(void **state) {
  static void (*const deeds[])(void) = {
#ifndef __s390x__
      take_packets,       make_a_raw_socket,
#endif
      run_a_program,      start_a_process,   trace,          listen_unbound, change_a_mode,  change_an_owner,
      rename_something,   remove_something,  signal_another, dump_again,     ask_for_a_ring, raise_a_limit,
      open_past_the_flags};
  struct box *box = *state;
  for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
    box->deed = deeds[i];
    int status = inside(box, false, do_the_deed);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NONE_HERE)
      skip();
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
      fail_msg("deed %zu does not end the process: %#x", i, (unsigned)status);
  }
}

/* --- what fails --- */

static int map_code(struct box *box) {
  if (!has_seccomp(box))
    return NONE_HERE;
#ifndef __s390x__
  if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ||
      errno != EACCES)
    return WRONG;
#endif
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return WRONG;
  return mprotect(page, 4096, PROT_READ | PROT_EXEC) != 0 && errno == EACCES ? DONE : WRONG;
}

static void memory_can_not_be_made_executable(void **state) {
  expect_done(*state, false, map_code);
}

static int bind_a_port(struct box *box) {
  struct sockaddr_storage storage = {.ss_family = AF_UNIX};
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  if (!has_seccomp(box))
    return NONE_HERE;
  if (bind(socket(AF_INET, SOCK_STREAM, 0), (const struct sockaddr *)&v4, sizeof v4) == 0 || errno != EACCES)
    return WRONG;
  if (bind(socket(AF_INET6, SOCK_DGRAM, 0), (const struct sockaddr *)&v6, sizeof v6) == 0 || errno != EACCES)
    return WRONG;
  if (bind(socket(AF_UNIX, SOCK_STREAM, 0), (const struct sockaddr *)&storage, sizeof storage) == 0)
    return WRONG;
  return errno == EACCES ? DONE : WRONG;
}

static void no_address_can_be_bound(void **state) {
  struct box *box = *state;
  box->options.no_landlock = true;
  expect_done(box, false, bind_a_port);
}

static int write_without_a_folder(struct box *box) {
  if (!has_seccomp(box) && !has_landlock(box))
    return NONE_HERE;
  return refuses(in(box->given, "policy.yaml"), O_WRONLY) && refuses(in(box->given, "policy.yaml"), O_RDWR) &&
                 refuses(in(box->given, "new"), O_WRONLY | O_CREAT) && refuses(in(box->given, "new"), O_CREAT) &&
                 refuses(in(box->given, "policy.yaml"), O_RDONLY | O_TRUNC) &&
                 reads(in(box->given, "policy.yaml"), "first")
             ? DONE
             : WRONG;
}

static void no_file_can_be_written_without_a_writable_folder(void **state) {
  struct box *box = *state;
  expect_done(box, false, write_without_a_folder);
  box->options.no_landlock = true;
  expect_done(box, false, write_without_a_folder);
  box->options.no_landlock = false;
  box->options.no_seccomp = true;
  expect_done(box, false, write_without_a_folder);
}

/* --- what works --- */

static void *count_up(void *context) {
  int *count = context;
  *count += 1;
  return NULL;
}

static int start_threads(struct box *box) {
  (void)box;
  int counts[4] = {0};
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    if (pthread_create(&threads[i], NULL, count_up, &counts[i]) != 0)
      return WRONG;
  for (int i = 0; i < 4; i++)
    if (pthread_join(threads[i], NULL) != 0 || counts[i] != 1)
      return WRONG;
  return DONE;
}

static void threads_can_be_started(void **state) {
  expect_done(*state, false, start_threads);
}

static int listen_on_loopback(struct sockaddr_in *address) {
  socklen_t length = sizeof *address;
  *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  assert_int_equal(bind(fd, (const struct sockaddr *)address, sizeof *address), 0);
  assert_int_equal(listen(fd, 4), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)address, &length), 0);
  return fd;
}

static int connect_and_accept(struct box *box) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  char byte = 0;
  if (getsockname(box->listener, (struct sockaddr *)&address, &length) != 0)
    return WRONG;
  int near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (near < 0 || connect(near, (const struct sockaddr *)&address, sizeof address) != 0)
    return WRONG;
  int far = accept4(box->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (far < 0 || send(far, "y", 1, MSG_NOSIGNAL) != 1 || recv(near, &byte, 1, 0) != 1)
    return WRONG;
  return byte == 'y' ? DONE : WRONG;
}

static void sockets_work(void **state) {
  struct box *box = *state;
  struct sockaddr_in address;
  box->listener = listen_on_loopback(&address);
  expect_done(box, false, connect_and_accept);
  close(box->listener);
}

static int resolve(struct box *box) {
  (void)box;
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
  struct addrinfo *found = NULL;
  if (getaddrinfo("no-such-name.invalid", NULL, &hints, &found) == 0)
    freeaddrinfo(found);
  int failed = getaddrinfo("localhost", "443", &hints, &found);
  if (failed != 0)
    return -failed; /* errors such as EAI_AGAIN are small negative numbers */
  freeaddrinfo(found);
  return DONE;
}

/* Which names can be resolved depends on the machine: a chroot without /etc/hosts does not even know localhost. The
 * sandbox must not change the result. Both children resolve the names themselves, so that neither inherits a resolver
 * that is already set up. */
static void host_names_can_be_resolved(void **state) {
  struct box *box = *state;
  int outside = in_a_child(box, resolve);
  assert_true(WIFEXITED(outside));
  assert_int_equal(inside(box, false, resolve), outside);
}

static int fall(struct box *box) {
  (void)box;
  abort();
}

static void abort_ends_the_process_with_its_signal(void **state) {
  int status = inside(*state, false, fall);
  assert_true(WIFSIGNALED(status));
  assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* --- the filter itself, also for another architecture --- */

static char *written_out(uint32_t architecture, bool writes) {
  FILE *file = tmpfile();
  size_t length = 0;
  assert_non_null(file);
  scmp_filter_ctx filter = dw_sandbox_filter(architecture, writes);
  assert_non_null(filter);
  assert_int_equal(seccomp_export_pfc(filter, fileno(file)), 0);
  seccomp_release(filter);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
  char *text = file_text(path, &length);
  fclose(file);
  return text;
}

static bool names(const char *text, const char *call) {
  char line[64];
  snprintf(line, sizeof line, "syscall \"%s\" ", call);
  return strstr(text, line) != NULL;
}

static void check_filter(uint32_t architecture, bool writes) {
  static const char *const there[] = {"futex", "epoll_pwait", "clone", "clone3", "getrandom", "openat"};
  static const char *const missing[] = {"execve",
                                        "execveat",
                                        "ptrace",
                                        "mount",
                                        "bpf",
                                        "kexec_load",
                                        "init_module",
                                        "finit_module",
                                        "userfaultfd",
                                        "unshare",
                                        "setns",
                                        "fchmodat",
                                        "fchownat",
                                        "kill",
                                        "listen",
                                        "memfd_create",
                                        "pidfd_open",
                                        "process_vm_readv",
                                        "keyctl",
                                        "setuid",
                                        "pivot_root",
                                        "perf_event_open",
                                        "open_by_handle_at",
                                        "openat2"};
  char *text = written_out(architecture, writes);
  for (size_t i = 0; i < sizeof there / sizeof *there; i++)
    if (!names(text, there[i]))
      fail_msg("%s is not allowed", there[i]);
  for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
    if (names(text, missing[i]))
      fail_msg("%s is allowed", missing[i]);
  assert_int_equal(names(text, "renameat"), writes);
  assert_int_equal(names(text, "unlinkat"), writes);
  assert_non_null(strstr(text, "# default action\n  action KILL_PROCESS;"));
  assert_non_null(strstr(text, "# invalid architecture action\naction KILL_PROCESS;"));
  free(text);
}

static void the_filter_lists_the_same_calls_for_all_architectures(void **state) {
  (void)state;
  check_filter(SCMP_ARCH_S390X, false);
  check_filter(SCMP_ARCH_S390X, true);
  check_filter(SCMP_ARCH_X86_64, false);
  check_filter(SCMP_ARCH_X86_64, true);
  check_filter(SCMP_ARCH_AARCH64, false);
  check_filter(SCMP_ARCH_AARCH64, true);
}

int main(void) {
#define IN_A_BOX(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      IN_A_BOX(calls_that_serve_never_makes_kill_the_process),
      IN_A_BOX(memory_can_not_be_made_executable),
      IN_A_BOX(no_address_can_be_bound),
      IN_A_BOX(no_file_can_be_written_without_a_writable_folder),
      IN_A_BOX(threads_can_be_started),
      IN_A_BOX(sockets_work),
      IN_A_BOX(host_names_can_be_resolved),
      IN_A_BOX(abort_ends_the_process_with_its_signal),
      cmocka_unit_test(the_filter_lists_the_same_calls_for_all_architectures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
