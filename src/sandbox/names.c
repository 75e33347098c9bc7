#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "sandbox/sandbox_internal.h"

enum { MOST_LINE_BYTES = 1024 };

/* glibc opens libnss_NAME.so.2 for a source when it first asks it; "files" and "dns" are part of it since 2.34. One
 * that is loaded already is not looked for again, and the handle is kept for good. */
static void load_source(const char *name) {
  char library[MOST_LINE_BYTES + 32];
  if (strcmp(name, "files") == 0 || strcmp(name, "dns") == 0 || strchr(name, '/') != NULL)
    return;
  snprintf(library, sizeof library, "libnss_%s.so.2", name);
  (void)!dlopen(library, RTLD_NOW);
}

/* "hosts: files myhostname resolve [!UNAVAIL=return] dns" */
static void load_sources(char *line) {
  char *rest = NULL;
  line[strcspn(line, "#\n")] = '\0';
  for (char *word = strtok_r(line, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest))
    if (strpbrk(word, "[]=") == NULL)
      load_source(word);
}

static void load_modules(void) {
  char line[MOST_LINE_BYTES];
  FILE *file = fopen("/etc/nsswitch.conf", "re");
  if (file == NULL)
    return;
  while (fgets(line, sizeof line, file) != NULL) {
    char *start = line + strspn(line, " \t");
    if (strncmp(start, "hosts:", 6) == 0)
      load_sources(start + 6);
  }
  fclose(file);
}

void dw_sandbox_load_names(void) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  load_modules();
  if (getaddrinfo("localhost", NULL, &hints, &found) == 0)
    freeaddrinfo(found);
}
