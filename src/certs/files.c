#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/pki_internal.h"
#include "files/files.h"

enum { LONGEST_PEM = 1 << 20, READ_BYTES = 4096 };

const char *dw_pki_file_name(enum pki_file file) {
  static const char *const names[PKI_FILES] = {
      [PKI_CA_CERT] = "ca.crt", [PKI_CA_KEY] = "ca.key", [PKI_LEAF_CERT] = "tls.crt", [PKI_LEAF_KEY] = "tls.key"};
  return names[file];
}

static const char *path_of(char out[PATH_MAX], const char *dir, enum pki_file file) {
  snprintf(out, PATH_MAX, "%s/%s", dir, dw_pki_file_name(file));
  return out;
}

static int io_error(struct dw_error *err, const char *path, const char *what) {
  dw_error_set(err, DW_ERR_IO, "%s: %s", what, strerror(errno));
  return dw_error_in_file(err, path);
}

bool dw_pki_exists(const char *dir, enum pki_file file) {
  char path[PATH_MAX];
  return access(path_of(path, dir, file), F_OK) == 0;
}

/* Reads directly into the buffer, which wipes its old memory when it grows. */
static int read_all(int fd, struct dw_buf *out) {
  for (;;) {
    dw_buf_reserve(out, READ_BYTES);
    ssize_t got = read(fd, out->data + out->length, READ_BYTES);
    if (got < 0 && errno == EINTR)
      continue;
    if (got > 0)
      out->length += (size_t)got;
    out->data[out->length] = '\0';
    if (got <= 0)
      return (int)got;
    if (out->length > LONGEST_PEM) {
      errno = EFBIG;
      return -1;
    }
  }
}

int dw_pki_read_path(const char *path, struct dw_buf *out, struct dw_error *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return io_error(err, path, "can't be opened");
  int failed = read_all(fd, out);
  if (failed != 0)
    io_error(err, path, "can't be read");
  close(fd);
  return failed;
}

X509 *dw_pki_load_cert(const char *dir, enum pki_file file, struct dw_error *err) {
  char path[PATH_MAX];
  DW_BUF_SCOPED struct dw_buf pem = DW_BUF_INIT;
  if (dw_pki_read_path(path_of(path, dir, file), &pem, err) != 0)
    return NULL;
  return dw_pki_read_cert(dw_buf_text(&pem), path, err);
}

EVP_PKEY *dw_pki_load_key(const char *dir, enum pki_file file, struct dw_error *err) {
  char path[PATH_MAX];
  DW_BUF_SCOPED struct dw_buf pem = DW_BUF_SECRET;
  if (dw_pki_read_path(path_of(path, dir, file), &pem, err) != 0)
    return NULL;
  return dw_pki_read_key(dw_buf_text(&pem), path, err);
}

/* Writes TEXT to a new file in DIR, with mode 0600 from mkostemp() at first, and writes its name to TEMP. */
static int write_temp(const char *dir, enum pki_file file, const struct dw_buf *text, char temp[PATH_MAX],
                      struct dw_error *err) {
  bool secret = file == PKI_CA_KEY || file == PKI_LEAF_KEY;
  snprintf(temp, PATH_MAX, "%s/.%s.XXXXXX", dir, dw_pki_file_name(file));
  int fd = mkostemp(temp, O_CLOEXEC);
  if (fd < 0) {
    io_error(err, temp, "can't be created");
    temp[0] = '\0';
    return -1;
  }
  int failed =
      fchmod(fd, secret ? 0600 : 0644) != 0 || dw_write_all(fd, text->data, text->length) != 0 || fsync(fd) != 0 ? -1
                                                                                                                 : 0;
  if (close(fd) != 0)
    failed = -1;
  return failed == 0 ? 0 : io_error(err, temp, "can't be written");
}

static int rename_all(const char *dir, char temps[PKI_FILES][PATH_MAX], struct dw_error *err) {
  char path[PATH_MAX];
  for (enum pki_file file = 0; file < PKI_FILES; file++) {
    if (temps[file][0] == '\0')
      continue;
    if (rename(temps[file], path_of(path, dir, file)) != 0)
      return io_error(err, path, "can't be replaced");
    temps[file][0] = '\0';
  }
  return 0;
}

int dw_pki_write_files(const char *dir, const struct dw_buf texts[PKI_FILES], struct dw_error *err) {
  char temps[PKI_FILES][PATH_MAX] = {{0}};
  int failed = 0;
  if (strlen(dir) > PATH_MAX - 32)
    return dw_error_set(err, DW_ERR_USAGE, "the folder's name is too long");
  if (mkdir(dir, 0755) != 0 && errno != EEXIST)
    return io_error(err, dir, "can't be created");
  for (enum pki_file file = 0; file < PKI_FILES && failed == 0; file++)
    if (texts[file].length > 0)
      failed = write_temp(dir, file, &texts[file], temps[file], err);
  if (failed == 0)
    failed = rename_all(dir, temps, err);
  for (enum pki_file file = 0; file < PKI_FILES; file++)
    if (temps[file][0] != '\0')
      unlink(temps[file]);
  return failed;
}
