/* Starts the real program with the loader and the libraries that are next to it, so that the machine's glibc does not
 * matter. It uses no library: it must work wherever the kernel does. The layout of the archive: bin/droveway (this
 * program), lib/droveway/droveway, lib/droveway/ld.so, lib/droveway/LIBRARY... */
#include <stddef.h>

enum { MOST_ARGUMENTS = 65536, MOST_PATH = 4096, AT_FDCWD = -100 };

/* The numbers of system calls are written here, because Debian's cross compilers come without the kernel's headers. */
#if defined(__x86_64__)
enum { SYS_WRITE = 1, SYS_EXECVE = 59, SYS_EXIT_GROUP = 231, SYS_READLINKAT = 267 };
static long call(long number, long a, long b, long c, long d) {
  register long result __asm__("rax") = number;
  register long fourth __asm__("r10") = d;
  __asm__ volatile("syscall" : "+r"(result) : "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call start\n");
#elif defined(__aarch64__)
enum { SYS_WRITE = 64, SYS_EXECVE = 221, SYS_EXIT_GROUP = 94, SYS_READLINKAT = 78 };
static long call(long number, long a, long b, long c, long d) {
  register long w8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(w8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
__asm__(".globl _start\n_start:\n  mov x0, sp\n  bl start\n");
#elif defined(__s390x__)
enum { SYS_WRITE = 4, SYS_EXECVE = 11, SYS_EXIT_GROUP = 248, SYS_READLINKAT = 298 };
static long call(long number, long a, long b, long c, long d) {
  register long r1 __asm__("1") = number;
  register long r2 __asm__("2") = a;
  register long r3 __asm__("3") = b;
  register long r4 __asm__("4") = c;
  register long r5 __asm__("5") = d;
  __asm__ volatile("svc 0" : "+d"(r2) : "d"(r1), "d"(r3), "d"(r4), "d"(r5) : "memory");
  return r2;
}
__asm__(".globl _start\n_start:\n  lgr %r2, %r15\n  aghi %r15, -160\n  brasl %r14, start\n");
#else
#error "the launcher does not know this architecture"
#endif

static size_t length_of(const char *text) {
  size_t length = 0;
  while (text[length] != '\0')
    length++;
  return length;
}

/* Appends TEXT at END, which has room for it, and returns the new end. */
static char *append(char *end, const char *text) {
  while (*text != '\0')
    *end++ = *text++;
  *end = '\0';
  return end;
}

static void fail(const char *why) {
  static const char name[] = "droveway: ";
  call(SYS_WRITE, 2, (long)name, sizeof name - 1, 0);
  call(SYS_WRITE, 2, (long)why, (long)length_of(why), 0);
  call(SYS_EXIT_GROUP, 2, 0, 0, 0);
}

/* Writes the folder above bin/ to FOLDER and returns its end. Links to this program are followed. */
static char *find_folder(char *folder) {
  long length = call(SYS_READLINKAT, AT_FDCWD, (long)"/proc/self/exe", (long)folder, MOST_PATH - 64);
  if (length <= 0 || length >= MOST_PATH - 64)
    fail("can't read /proc/self/exe: is /proc mounted?\n");
  int slashes = 0;
  while (length > 0 && slashes < 2)
    slashes += folder[--length] == '/';
  folder[length] = '\0';
  return folder + length;
}

/* STACK is what the kernel passes: the number of arguments, the arguments, NULL, the environment, NULL. */
__attribute__((used, noreturn)) void start(long *stack) {
  static char loader[MOST_PATH], libraries[MOST_PATH], program[MOST_PATH];
  static char *arguments[MOST_ARGUMENTS + 8];
  static char library_path[] = "--library-path", argv0[] = "--argv0", inhibit[] = "--inhibit-cache";
  long count = stack[0];
  char **given = (char **)(stack + 1);
  char **environment = given + count + 1;
  if (count < 1 || count > MOST_ARGUMENTS)
    fail("too many arguments\n");
  append(append(find_folder(loader), "/lib/droveway"), "/ld.so");
  append(find_folder(libraries), "/lib/droveway");
  append(append(find_folder(program), "/lib/droveway"), "/droveway");
  char *const first[] = {loader, inhibit, library_path, libraries, argv0, given[0], program};
  size_t used = sizeof first / sizeof *first;
  for (size_t i = 0; i < used; i++)
    arguments[i] = first[i];
  for (long i = 1; i < count; i++)
    arguments[used++] = given[i];
  call(SYS_EXECVE, (long)loader, (long)arguments, (long)environment, 0);
  fail("can't start lib/droveway/ld.so, which belongs next to bin/droveway: unpack the whole archive\n");
  __builtin_unreachable();
}
