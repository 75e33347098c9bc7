/* The system calls that `serve` needs: those of glibc, libmicrohttpd with GnuTLS, libcurl with OpenSSL, and its own.
 * Any other call kills the process. For 64-bit Linux; calls that an architecture lacks (arm64 has no open, poll ...)
 * are left out there. s390x passes the arguments of some calls differently, see s390x[]. */
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/sandbox_internal.h"

#define CALL(name) SCMP_SYS(name)
#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Connections: sending, receiving, waiting. */
static const int traffic[] = {
    CALL(read),       CALL(write),       CALL(readv),        CALL(writev),     CALL(recvfrom),
    CALL(recvmsg),    CALL(sendto),      CALL(sendmsg),      CALL(sendmmsg),   CALL(close),
    CALL(epoll_wait), CALL(epoll_pwait), CALL(epoll_pwait2), CALL(epoll_ctl),  CALL(poll),
    CALL(ppoll),      CALL(select),      CALL(pselect6),     CALL(accept4),    CALL(shutdown),
    CALL(connect),    CALL(getsockname), CALL(getpeername),  CALL(getsockopt), CALL(setsockopt)};

/* How the event loops of libmicrohttpd, libcurl and Droveway wake each other. They need no pipe, timer or signal
 * descriptor. */
static const int wakers[] = {CALL(epoll_create1), CALL(eventfd2), CALL(fcntl)};

/* malloc and thread stacks. For mmap and mprotect see narrow[]. */
static const int memory[] = {CALL(brk), CALL(munmap), CALL(mremap), CALL(madvise)};

/* Threads. For clone see narrow[]. */
static const int threads[] = {CALL(futex),       CALL(set_robust_list),   CALL(rseq),   CALL(membarrier),
                              CALL(sched_yield), CALL(sched_getaffinity), CALL(getcpu), CALL(gettid),
                              CALL(exit),        CALL(exit_group)};

/* Waiting for SIGTERM and SIGHUP, and abort(), which also needs tgkill (see add_all()). */
static const int signals[] = {CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(rt_sigtimedwait),
                              CALL(restart_syscall)};

/* These are calls only if the kernel's vDSO can't read the clock. */
static const int times[] = {CALL(clock_gettime), CALL(clock_getres), CALL(clock_nanosleep),
                            CALL(nanosleep),     CALL(gettimeofday), CALL(time)};

/* Keys, nonces, hash seeds. */
static const int randomness[] = {CALL(getrandom)};

/* Reading files and folders again, and watching them. For opening see opening[]; Landlock restricts which files can be
 * opened. */
static const int files[] = {CALL(fstat),           CALL(newfstatat), CALL(stat),          CALL(lstat),
                            CALL(statx),           CALL(access),     CALL(faccessat),     CALL(faccessat2),
                            CALL(readlink),        CALL(readlinkat), CALL(getdents64),    CALL(lseek),
                            CALL(pread64),         CALL(getcwd),     CALL(inotify_init1), CALL(inotify_add_watch),
                            CALL(inotify_rm_watch)};

/* Information about the process and the machine: OpenSSL and GnuTLS detect a fork by the process id and use resource
 * usage as entropy, qsort() needs the size of the memory, and the resolver needs the host name. */
static const int information[] = {CALL(getpid),  CALL(getppid), CALL(getuid),  CALL(geteuid),  CALL(getgid),
                                  CALL(getegid), CALL(uname),   CALL(sysinfo), CALL(getrusage)};

/* Recording reviews: only if there is a folder to write to. */
static const int writing[] = {CALL(rename), CALL(renameat), CALL(renameat2), CALL(unlink), CALL(unlinkat)};

static const struct group {
  const int *calls;
  size_t count;
} groups[] = {{traffic, COUNT(traffic)},       {wakers, COUNT(wakers)},   {memory, COUNT(memory)},
              {threads, COUNT(threads)},       {signals, COUNT(signals)}, {times, COUNT(times)},
              {randomness, COUNT(randomness)}, {files, COUNT(files)},     {information, COUNT(information)}};

/* A call that is allowed, or fails with an error, if (argument & mask) == value, or if argument != value. */
struct narrow {
  int call;
  uint32_t action;
  struct argument {
    unsigned number;
    uint64_t mask, value;
  } a, b; /* a mask of 0: none */
};

#define INT UINT32_MAX
#define OTHER (UINT64_C(1) << 63) /* instead of a mask: any other value */
#define REFUSED SCMP_ACT_ERRNO(EACCES)
#define ALLOWED SCMP_ACT_ALLOW
#define NEW_SPACES                                                                                                     \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define OF_A_THREAD (CLONE_THREAD | CLONE_VM | CLONE_SIGHAND)
#define TYPE 0xF /* of a socket, without SOCK_CLOEXEC and SOCK_NONBLOCK */

static const struct narrow narrow[] = {
    /* clone3 has its flags in memory, where a filter can't see them; without it glibc uses clone. */
    {CALL(clone3), SCMP_ACT_ERRNO(ENOSYS), {0, 0, 0}, {0, 0, 0}},
    /* Code is only mapped when the program starts. Fails with an error, because glibc tries to load a library if a
     * changed nsswitch.conf contains a new source. */
    {CALL(mprotect), ALLOWED, {2, PROT_EXEC, 0}, {0, 0, 0}},
    {CALL(mprotect), REFUSED, {2, PROT_EXEC, PROT_EXEC}, {0, 0, 0}},
    /* For libmicrohttpd and stdio; the last one is if_nametoindex(), for addresses such as fe80::1%eth0. */
    {CALL(ioctl), ALLOWED, {1, INT, FIONBIO}, {0, 0, 0}},
    {CALL(ioctl), ALLOWED, {1, INT, FIONREAD}, {0, 0, 0}},
    {CALL(ioctl), ALLOWED, {1, INT, TCGETS}, {0, 0, 0}},
    {CALL(ioctl), ALLOWED, {1, INT, SIOCGIFINDEX}, {0, 0, 0}},
    /* A thread sets its own name. */
    {CALL(prctl), ALLOWED, {0, INT, PR_SET_NAME}, {0, 0, 0}},
    /* Reading limits, not setting them. */
    {CALL(prlimit64), ALLOWED, {2, UINT64_MAX, 0}, {0, 0, 0}},
};

/* Calls whose arguments are the same on all architectures but s390x. */
static const struct narrow not_s390x[] = {
    /* Threads, not processes. */
    {CALL(clone), ALLOWED, {0, OF_A_THREAD | NEW_SPACES, OF_A_THREAD}, {0, 0, 0}},
    {CALL(mmap), ALLOWED, {2, PROT_EXEC, 0}, {0, 0, 0}},
    {CALL(mmap), REFUSED, {2, PROT_EXEC, PROT_EXEC}, {0, 0, 0}},
    /* The API server, DNS, nscd or systemd's resolver. getaddrinfo() reads the machine's addresses by netlink. */
    {CALL(socket), ALLOWED, {0, INT, AF_INET}, {1, TYPE, SOCK_STREAM}},
    {CALL(socket), ALLOWED, {0, INT, AF_INET}, {1, TYPE, SOCK_DGRAM}},
    {CALL(socket), ALLOWED, {0, INT, AF_INET6}, {1, TYPE, SOCK_STREAM}},
    {CALL(socket), ALLOWED, {0, INT, AF_INET6}, {1, TYPE, SOCK_DGRAM}},
    {CALL(socket), ALLOWED, {0, INT, AF_UNIX}, {1, TYPE, SOCK_STREAM}},
    {CALL(socket), ALLOWED, {0, INT, AF_UNIX}, {1, TYPE, SOCK_DGRAM}},
    {CALL(socket), ALLOWED, {0, INT, AF_NETLINK}, {2, INT, NETLINK_ROUTE}},
    /* libcurl wakes its event loop with this. */
    {CALL(socketpair), ALLOWED, {0, INT, AF_UNIX}, {0, 0, 0}},
    /* A netlink address is shorter than any address that could be listened on. Others fail with an error, because the
     * source "myhostname" of nsswitch.conf uses a longer one; glibc then uses the next source. */
    {CALL(bind), ALLOWED, {2, INT, sizeof(struct sockaddr_nl)}, {0, 0, 0}},
    {CALL(bind), REFUSED, {2, OTHER, sizeof(struct sockaddr_nl)}, {0, 0, 0}},
};

/* On s390x, clone has its flags in the second argument (CONFIG_CLONE_BACKWARDS2 of the kernel), and mmap a pointer to
 * its arguments. glibc calls all functions of sockets through socketcall, whose arguments are in memory, too;
 * libseccomp adds that call to the rule of each function. So a filter can see neither the kind of a mapping or socket
 * nor the length of an address there. bind always fails: getaddrinfo() then assumes that the machine has both IPv4 and
 * IPv6 addresses. */
static const struct narrow s390x[] = {
    {CALL(clone), ALLOWED, {1, OF_A_THREAD | NEW_SPACES, OF_A_THREAD}, {0, 0, 0}},
    {CALL(mmap), ALLOWED, {0, 0, 0}, {0, 0, 0}},
    {CALL(socket), ALLOWED, {0, 0, 0}, {0, 0, 0}},
    {CALL(socketpair), ALLOWED, {0, 0, 0}, {0, 0, 0}},
    {CALL(bind), REFUSED, {0, 0, 0}, {0, 0, 0}},
    /* Only functions of socketcall. */
    {CALL(send), ALLOWED, {0, 0, 0}, {0, 0, 0}},
    {CALL(recv), ALLOWED, {0, 0, 0}, {0, 0, 0}},
    /* Returning from a signal handler without SA_SIGINFO. */
    {CALL(sigreturn), ALLOWED, {0, 0, 0}, {0, 0, 0}},
};

/* Opening for reading. Writing fails with an error, because glibc and the TLS libraries try to open some files
 * (/dev/tty, SSLKEYLOGFILE). */
#define CHANGES (O_ACCMODE | O_CREAT | O_TRUNC)
static const struct narrow opening[] = {
    {CALL(openat), ALLOWED, {2, CHANGES, O_RDONLY}, {0, 0, 0}},
    {CALL(open), ALLOWED, {1, CHANGES, O_RDONLY}, {0, 0, 0}},
    {CALL(openat), REFUSED, {2, O_WRONLY, O_WRONLY}, {0, 0, 0}},
    {CALL(openat), REFUSED, {2, O_RDWR, O_RDWR}, {0, 0, 0}},
    {CALL(openat), REFUSED, {2, O_CREAT, O_CREAT}, {0, 0, 0}},
    {CALL(openat), REFUSED, {2, O_TRUNC, O_TRUNC}, {0, 0, 0}},
};

/* --- the filter --- */

static struct scmp_arg_cmp comparison(const struct argument *argument) {
  if (argument->mask == OTHER)
    return (struct scmp_arg_cmp){argument->number, SCMP_CMP_NE, argument->value, 0};
  return (struct scmp_arg_cmp){argument->number, SCMP_CMP_MASKED_EQ, argument->mask, argument->value};
}

static int add(scmp_filter_ctx filter, const struct narrow *rule) {
  struct scmp_arg_cmp arguments[2];
  unsigned count = 0;
  if (rule->a.mask != 0)
    arguments[count++] = comparison(&rule->a);
  if (rule->b.mask != 0)
    arguments[count++] = comparison(&rule->b);
  return seccomp_rule_add_array(filter, rule->action, rule->call, count, arguments);
}

/* Leaves out calls that this architecture lacks: their numbers are negative. */
static int add_list(scmp_filter_ctx filter, const struct narrow *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (list[i].call >= 0 && add(filter, &list[i]) != 0)
      return -1;
  return 0;
}

/* libseccomp translates negative numbers to functions of socketcall. */
static int add_s390x(scmp_filter_ctx filter) {
  for (size_t i = 0; i < COUNT(s390x); i++)
    if (add(filter, &s390x[i]) != 0)
      return -1;
  return 0;
}

static int add_group(scmp_filter_ctx filter, const struct group *group) {
  for (size_t i = 0; i < group->count; i++)
    if (group->calls[i] >= 0 && add(filter, &(struct narrow){.call = group->calls[i], .action = ALLOWED}) != 0)
      return -1;
  return 0;
}

static int add_files(scmp_filter_ctx filter, bool writes) {
  static const struct group group = {writing, COUNT(writing)};
  static const struct narrow any[] = {{CALL(openat), ALLOWED, {0, 0, 0}, {0, 0, 0}},
                                      {CALL(open), ALLOWED, {0, 0, 0}, {0, 0, 0}}};
  if (!writes)
    return add_list(filter, opening, COUNT(opening));
  return add_list(filter, any, COUNT(any)) != 0 ? -1 : add_group(filter, &group);
}

static int add_all(scmp_filter_ctx filter, uint32_t architecture, bool writes) {
  /* abort() and pthread_kill(): signals to this process only. */
  struct narrow raise = {CALL(tgkill), ALLOWED, {0, INT, (uint32_t)getpid()}, {0, 0, 0}};
  for (size_t i = 0; i < COUNT(groups); i++)
    if (add_group(filter, &groups[i]) != 0)
      return -1;
  if (add_list(filter, narrow, COUNT(narrow)) != 0 || add_list(filter, &raise, 1) != 0)
    return -1;
  if ((architecture == SCMP_ARCH_S390X ? add_s390x(filter) : add_list(filter, not_s390x, COUNT(not_s390x))) != 0)
    return -1;
  return add_files(filter, writes);
}

static int set_up(scmp_filter_ctx filter, uint32_t architecture) {
  if (seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0 ||
      seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) != 0)
    return -1;
  if (architecture == seccomp_arch_native())
    return 0;
  /* libseccomp rejects a filter for both byte orders. */
  return seccomp_arch_remove(filter, SCMP_ARCH_NATIVE) != 0 || seccomp_arch_add(filter, architecture) != 0 ? -1 : 0;
}

scmp_filter_ctx dw_sandbox_filter(uint32_t architecture, bool writes) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (architecture == SCMP_ARCH_NATIVE)
    architecture = seccomp_arch_native();
  if (filter != NULL && set_up(filter, architecture) == 0 && add_all(filter, architecture, writes) == 0)
    return filter;
  seccomp_release(filter);
  return NULL;
}

/* --- activation --- */

/* Returns false, with the reason in REPORT, if the kernel has no usable seccomp. */
static bool available(struct dw_sandbox_part *report) {
  uint32_t action = SECCOMP_RET_KILL_PROCESS;
  if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
    return true;
  if (errno == EPERM || errno == EACCES)
    dw_sandbox_report(report, DW_SANDBOX_NONE, "none: the container runtime blocks seccomp");
  else
    dw_sandbox_report(report, DW_SANDBOX_NONE, "none: the kernel has no seccomp filter that kills the process");
  return false;
}

int dw_sandbox_seccomp(bool writes, struct dw_sandbox_part *report, struct dw_error *err) {
  if (!available(report))
    return 0;
  scmp_filter_ctx filter = dw_sandbox_filter(SCMP_ARCH_NATIVE, writes);
  if (filter == NULL)
    return dw_error_set(err, DW_ERR_OTHER, "can't create the system call filter");
  int failed = seccomp_load(filter);
  seccomp_release(filter);
  if (failed != 0)
    return dw_error_set(err, DW_ERR_OTHER, "can't activate the system call filter: %s", strerror(-failed));
  dw_sandbox_report(report, DW_SANDBOX_ON,
                    writes ? "on: system calls that serve does not need kill the process; it may write files"
                           : "on: system calls that serve does not need kill the process");
  return 0;
}
