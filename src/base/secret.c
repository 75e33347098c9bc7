#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/base_internal.h"

void (*dw_secret_freed)(const void *bytes, size_t size);

void dw_secret_free(void *bytes, size_t size) {
  if (bytes == NULL)
    return;
  explicit_bzero(bytes, size);
  if (dw_secret_freed != NULL)
    dw_secret_freed(bytes, size);
  free(bytes);
}

void dw_secret_free_text(char *text) {
  dw_secret_free(text, text == NULL ? 0 : strlen(text));
}
