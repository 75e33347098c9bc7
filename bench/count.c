/* A library to preload that counts the allocations of a program, including those of its libraries. The count is shared
 * through the file (of 8 bytes) that BENCH_ALLOCATIONS names, if it is set. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* glibc exports its functions also under these names, for libraries that replace them. */
void *__libc_malloc(size_t size);               // NOLINT(bugprone-reserved-identifier)
void *__libc_calloc(size_t count, size_t size); // NOLINT(bugprone-reserved-identifier)
void *__libc_realloc(void *old, size_t size);   // NOLINT(bugprone-reserved-identifier)

static atomic_size_t own;
/* Programs find this with dlsym(). */
extern atomic_size_t *bench_allocations;
atomic_size_t *bench_allocations = &own;

__attribute__((constructor)) static void share(void) {
  const char *path = getenv("BENCH_ALLOCATIONS");
  int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0)
    return;
  void *shared = mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared != MAP_FAILED)
    bench_allocations = shared;
  close(fd);
}

static void count_one(void) {
  atomic_fetch_add_explicit(bench_allocations, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
  count_one();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count_one();
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  count_one();
  return __libc_realloc(old, size);
}
