/* What the filter of each architecture decides. The kernel of another architecture is not available, but its filter is
 * a program for a simple machine (BPF), which these tests run themselves. Numbers and arguments of the calls are those
 * of the architecture, in its byte order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <byteswap.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/sandbox_internal.h"

enum { X86_64 = 1, ARM64 = 2, S390X = 4, NOT_S390X = X86_64 | ARM64, ALL = 7 };
enum { INSTRUCTIONS_MAX = 4096, WORDS = sizeof(struct seccomp_data) / 4 };

static const struct architecture {
  unsigned bit;
  uint32_t token;
  const char *name;
  bool big_endian;
} architectures[] = {{X86_64, SCMP_ARCH_X86_64, "x86_64", false},
                     {ARM64, SCMP_ARCH_AARCH64, "arm64", false},
                     {S390X, SCMP_ARCH_S390X, "s390x", true}};

#define HOST_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

struct program {
  struct sock_filter code[INSTRUCTIONS_MAX];
  size_t length;
};

static void compile(struct program *program, const struct architecture *architecture) {
  scmp_filter_ctx filter = dw_sandbox_filter(architecture->token, false);
  FILE *file = tmpfile();
  if (filter == NULL)
    fail_msg("no filter for %s", architecture->name);
  assert_non_null(file);
  assert_int_equal(seccomp_export_bpf(filter, fileno(file)), 0);
  seccomp_release(filter);
  rewind(file);
  program->length = fread(program->code, sizeof *program->code, INSTRUCTIONS_MAX, file);
  assert_true(program->length > 0 && program->length < INSTRUCTIONS_MAX);
  fclose(file);
  for (size_t i = 0; i < program->length && architecture->big_endian != HOST_BIG_ENDIAN; i++) {
    program->code[i].code = bswap_16(program->code[i].code);
    program->code[i].k = bswap_32(program->code[i].k);
  }
}

static size_t jump(const struct sock_filter *at, bool condition) {
  return condition ? at->jt : at->jf;
}

/* The part of BPF that libseccomp uses. DATA is a struct seccomp_data, as words. */
static uint32_t run(const struct program *program, const uint32_t data[WORDS]) {
  uint32_t a = 0;
  for (size_t at = 0; at < program->length; at++) {
    const struct sock_filter *now = &program->code[at];
    switch (now->code) {
    case BPF_LD | BPF_W | BPF_ABS:
      assert_true(now->k / 4 < WORDS);
      a = data[now->k / 4];
      break;
    case BPF_ALU | BPF_AND | BPF_K:
      a &= now->k;
      break;
    case BPF_JMP | BPF_JA:
      at += now->k;
      break;
    case BPF_JMP | BPF_JEQ | BPF_K:
      at += jump(now, a == now->k);
      break;
    case BPF_JMP | BPF_JGT | BPF_K:
      at += jump(now, a > now->k);
      break;
    case BPF_JMP | BPF_JGE | BPF_K:
      at += jump(now, a >= now->k);
      break;
    case BPF_RET | BPF_K:
      return now->k;
    default:
      fail_msg("unknown instruction %#x", now->code);
    }
  }
  fail_msg("the program has no end");
  return 0;
}

static uint32_t decide(const struct program *program, const struct architecture *architecture, int call,
                       const uint64_t arguments[6]) {
  uint32_t data[WORDS] = {(uint32_t)call, architecture->token};
  for (size_t i = 0; i < 6; i++) {
    uint32_t high = (uint32_t)(arguments[i] >> 32);
    uint32_t low = (uint32_t)arguments[i];
    data[4 + 2 * i] = architecture->big_endian ? high : low;
    data[5 + 2 * i] = architecture->big_endian ? low : high;
  }
  return run(program, data);
}

#define THREAD                                                                                                         \
  (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS |                   \
   CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
#define STACK UINT64_C(0x3ff9a5fe7c0)
#define POINTER UINT64_C(0x3ffd27fb8a0)
#define KILLED SECCOMP_RET_KILL_PROCESS
#define ALLOWED SECCOMP_RET_ALLOW
#define REFUSED (SECCOMP_RET_ERRNO | 13)

static const struct {
  unsigned architectures;
  const char *call;
  uint64_t arguments[6];
  uint32_t decision;
} calls[] = {
    /* threads */
    {NOT_S390X, "clone", {THREAD, STACK}, ALLOWED},
    {NOT_S390X, "clone", {17, 0}, KILLED},
    {NOT_S390X, "clone", {THREAD | CLONE_NEWNET, STACK}, KILLED},
    {S390X, "clone", {STACK, THREAD}, ALLOWED},
    {S390X, "clone", {0, 17}, KILLED},
    {S390X, "clone", {THREAD, 17}, KILLED},
    {S390X, "clone", {STACK, THREAD | CLONE_NEWNET}, KILLED},
    {ALL, "clone3", {POINTER, 88}, SECCOMP_RET_ERRNO | 38},
    {ALL, "execve", {POINTER, POINTER, POINTER}, KILLED},
    /* memory */
    {NOT_S390X, "mmap", {0, 4096, PROT_READ | PROT_WRITE, 0x22}, ALLOWED},
    {NOT_S390X, "mmap", {0, 4096, PROT_READ | PROT_EXEC, 0x22}, REFUSED},
    {S390X, "mmap", {POINTER, 4096, 7, 0x22}, ALLOWED},
    {ALL, "mprotect", {POINTER, 4096, PROT_READ | PROT_WRITE}, ALLOWED},
    {ALL, "mprotect", {POINTER, 4096, PROT_READ | PROT_EXEC}, REFUSED},
    /* sockets, called directly */
    {ALL, "socket", {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0}, ALLOWED},
    {NOT_S390X, "socket", {AF_INET, SOCK_RAW, 0}, KILLED},
    {NOT_S390X, "socket", {AF_PACKET, SOCK_DGRAM, 0}, KILLED},
    {NOT_S390X, "bind", {3, POINTER, sizeof(struct sockaddr_nl)}, ALLOWED},
    {NOT_S390X, "bind", {3, POINTER, 16}, REFUSED},
    {S390X, "bind", {3, POINTER, sizeof(struct sockaddr_nl)}, REFUSED},
    {ALL, "accept4", {3, 0, 0, SOCK_CLOEXEC}, ALLOWED},
    {ALL, "listen", {3, 1}, KILLED},
    /* sockets, as glibc calls them on s390x */
    {S390X, "socketcall", {SYS_SOCKET, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_SOCKETPAIR, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_CONNECT, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_ACCEPT4, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_SEND, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_RECV, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_SENDTO, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_RECVFROM, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_SENDMSG, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_RECVMSG, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_SENDMMSG, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_GETSOCKNAME, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_GETPEERNAME, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_GETSOCKOPT, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_SETSOCKOPT, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_SHUTDOWN, POINTER}, ALLOWED},
    {S390X, "socketcall", {SYS_BIND, POINTER}, REFUSED},
    {S390X, "socketcall", {SYS_LISTEN, POINTER}, KILLED},
    {S390X, "socketcall", {SYS_ACCEPT, POINTER}, KILLED},
    {S390X, "socketcall", {(UINT64_C(1) << 32) | SYS_SOCKET, POINTER}, KILLED},
    /* signals */
    {ALL, "rt_sigreturn", {0}, ALLOWED},
    {S390X, "sigreturn", {0}, ALLOWED},
    {ALL, "kill", {1, 9}, KILLED},
    /* files */
    {ALL, "openat", {(uint64_t)-100, POINTER, 0}, ALLOWED},
    {ALL, "openat", {(uint64_t)-100, POINTER, 1}, REFUSED},
    {ALL, "openat", {(uint64_t)-100, POINTER, 0100}, REFUSED},
    {ALL, "newfstatat", {(uint64_t)-100, POINTER, POINTER, 0}, ALLOWED},
    {X86_64 | S390X, "open", {POINTER, 0}, ALLOWED},
    {X86_64 | S390X, "open", {POINTER, 1}, KILLED},
    {ALL, "prlimit64", {0, 7, 0, POINTER}, ALLOWED},
    {ALL, "prlimit64", {0, 7, POINTER, 0}, KILLED},
    {ALL, "ptrace", {0}, KILLED},
};

/* libseccomp uses numbers of its own for what socketcall can do, too. The real ones are from the kernel's table. */
static int number_of(const struct architecture *architecture, const char *call) {
  static const struct {
    const char *call;
    int number;
  } direct[] = {{"socket", 359}, {"bind", 361}, {"listen", 363}, {"accept4", 364}};
  for (size_t i = 0; i < sizeof direct / sizeof *direct && architecture->bit == S390X; i++)
    if (strcmp(direct[i].call, call) == 0)
      return direct[i].number;
  int number = seccomp_syscall_resolve_name_arch(architecture->token, call);
  if (number < 0)
    fail_msg("%s has no %s", architecture->name, call);
  return number;
}

static void the_filter_decides_by_the_arguments_of_each_architecture(void **state) {
  (void)state;
  struct program *program = malloc(sizeof *program);
  assert_non_null(program);
  for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++) {
    const struct architecture *architecture = &architectures[i];
    compile(program, architecture);
    for (size_t j = 0; j < sizeof calls / sizeof *calls; j++) {
      if ((calls[j].architectures & architecture->bit) == 0)
        continue;
      int call = number_of(architecture, calls[j].call);
      uint32_t decision = decide(program, architecture, call, calls[j].arguments);
      if (decision != calls[j].decision)
        fail_msg("row %zu, %s on %s: %#x, not %#x", j, calls[j].call, architecture->name, decision, calls[j].decision);
    }
  }
  free(program);
}

static void a_call_in_the_convention_of_another_architecture_kills_the_process(void **state) {
  (void)state;
  static const struct architecture x86_32 = {0, SCMP_ARCH_X86, "x86", false};
  static const struct architecture s390 = {0, SCMP_ARCH_S390, "s390", true};
  static const uint64_t none[6] = {0};
  struct program *program = malloc(sizeof *program);
  assert_non_null(program);
  compile(program, &architectures[0]);
  assert_int_equal(decide(program, &x86_32, 3, none), KILLED);
  /* x32: the numbers of x86-64 with bit 30 */
  assert_int_equal(decide(program, &architectures[0], 0x40000000, none), KILLED);
  compile(program, &architectures[2]);
  assert_int_equal(decide(program, &s390, 3, none), KILLED);
  free(program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_filter_decides_by_the_arguments_of_each_architecture),
      cmocka_unit_test(a_call_in_the_convention_of_another_architecture_kills_the_process),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
