#include "base/memory.h"

#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void dw_out_of_memory(void) {
  static const char message[] = "droveway: out of memory\n";
  struct pollfd output = {.fd = STDERR_FILENO, .events = POLLOUT};
  if (poll(&output, 1, 0) == 1 && (output.revents & POLLOUT) != 0) /* a full pipe must not block the process */
    (void)!write(STDERR_FILENO, message, sizeof message - 1);
  abort();
}

void *dw_more(void *items, size_t count, size_t *capacity, size_t size) {
  enum { FIRST_ITEMS = 8 };
  if (count < *capacity)
    return items;
  *capacity = *capacity == 0 ? FIRST_ITEMS : 2 * *capacity;
  void *larger = reallocarray(items, *capacity, size);
  if (larger == NULL)
    dw_out_of_memory();
  return larger;
}

/* --- secrets --- */

void (*dw_secret_freed)(const void *bytes, size_t size);

void dw_secret_free(void *bytes, size_t size) {
  if (bytes == NULL)
    return;
  explicit_bzero(bytes, size);
  if (dw_secret_freed != NULL)
    dw_secret_freed(bytes, size);
  free(bytes);
}

/* --- the process --- */

/* The loader provides addresses as numbers. */
static void *at(uintptr_t address) {
  return (void *)address; /* NOLINT(performance-no-int-to-ptr) */
}

/* Whether the loader has modified the code, so that its pages differ from the file. This never happens on x86-64 and
 * arm64. */
static bool is_patched(const struct dl_phdr_info *object) {
  for (size_t i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    if (part->p_type != PT_DYNAMIC)
      continue;
    const ElfW(Dyn) *entry = at(object->dlpi_addr + part->p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++)
      if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0))
        return true;
  }
  return false;
}

/* Writable segments hold relocations (also RELRO ones) and data, so they are kept. Unmodified pages of a private file
 * mapping are read again from the file, that is, from the page cache (madvise(2)). This removes a debugger's
 * breakpoints. */
static int forget(struct dl_phdr_info *object, size_t size, void *context) {
  uintptr_t page = *(const uintptr_t *)context;
  size_t count = is_patched(object) ? 0 : object->dlpi_phnum;
  (void)size;
  for (size_t i = 0; i < count; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    uintptr_t start = (object->dlpi_addr + part->p_vaddr) / page * page;
    uintptr_t end = object->dlpi_addr + part->p_vaddr + part->p_filesz;
    if (part->p_type == PT_LOAD && (part->p_flags & PF_W) == 0)
      (void)madvise(at(start), end - start, MADV_DONTNEED);
  }
  return 0;
}

void dw_memory_release(void) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  malloc_trim(0);
  dl_iterate_phdr(forget, &page);
}
