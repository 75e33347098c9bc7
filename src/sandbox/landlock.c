/* Landlock: everything that a ruleset handles is forbidden unless a rule grants it. Source: the kernel's
 * Documentation/userspace-api/landlock.rst. Debian's kernel headers end at the second version, so the rights of later
 * versions are defined here. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/sandbox_internal.h"

#define FS_TRUNCATE (UINT64_C(1) << 14)  /* version 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15) /* version 5 */
#define NET_BIND_TCP (UINT64_C(1) << 0)  /* version 4 */
#define SCOPE_ABSTRACT_UNIX_SOCKET (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1) /* both version 6 */

#define READ_FILE LANDLOCK_ACCESS_FS_READ_FILE
#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* The recorder creates a file, writes it, and renames it within its folder. */
#define WRITE                                                                                                          \
  (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_TRUNCATE)

enum { MOST_LINKS = 40 }; /* as many as the kernel follows */

/* The kernel accepts a structure with members that it does not know if they are 0. */
struct ruleset {
  uint64_t fs, net, scoped;
};

struct rules {
  int fd;
  int version;
  uint64_t handled;
  size_t readable, writable;
};

/* Readable in addition to the given files. */
static const char *const system_files[] = {
    /* glibc resolves names */
    "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/host.conf", "/etc/services",
    /* OpenSSL and GnuTLS */
    "/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf", "/etc/gnutls/config",
    /* randomness; glibc's malloc before it returns memory */
    "/dev/urandom", "/dev/null", "/proc/sys/vm/overcommit_memory"};
static const char *const system_folders[] = {
    /* the CAs that are trusted if the kubeconfig contains none */
    "/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted", "/var/lib/ca-certificates",
    /* for the metrics of the process, and the number of processors */
    "/proc/self", "/sys/devices/system/cpu"};

static uint64_t handled_by(int version) {
  uint64_t rights = (UINT64_C(1) << 13) - 1; /* version 1: LANDLOCK_ACCESS_FS_EXECUTE to _MAKE_SYM */
  if (version >= 2)
    rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3)
    rights |= FS_TRUNCATE;
  if (version >= 5)
    rights |= FS_IOCTL_DEV;
  return rights;
}

static int make_ruleset(struct rules *rules, struct dw_error *err) {
  struct ruleset attributes = {.fs = handled_by(rules->version)};
  if (rules->version >= 4)
    attributes.net = NET_BIND_TCP;
  if (rules->version >= 6)
    attributes.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
  rules->handled = attributes.fs;
  rules->fd = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
  return rules->fd >= 0 ? 0 : dw_error_set(err, DW_ERR_OTHER, "can't create a Landlock ruleset: %s", strerror(errno));
}

/* --- rules --- */

static int grant_open(const struct rules *rules, int fd, uint64_t rights) {
  struct stat info;
  if (fstat(fd, &info) != 0)
    return -1;
  if (!S_ISDIR(info.st_mode)) /* the kernel refuses a folder's rights for a file */
    rights &= READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;
  struct landlock_path_beneath_attr rule = {.allowed_access = rights & rules->handled, .parent_fd = fd};
  return (int)syscall(SYS_landlock_add_rule, rules->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* Returns -1 and sets errno on error. */
static int grant(struct rules *rules, const char *path, uint64_t rights) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0)
    return -1;
  int failed = grant_open(rules, fd, rights);
  int why = errno;
  close(fd);
  errno = why;
  if (failed == 0)
    *((rights & WRITE) != 0 ? &rules->writable : &rules->readable) += 1;
  return failed;
}

static bool is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_link(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISLNK(info.st_mode);
}

/* "/a/b/" becomes "/a/b". Returns -1 if it is too long. */
static int copy_path(char out[PATH_MAX], const char *path) {
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/')
    length--;
  if (length >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(out, path, length);
  out[length] = '\0';
  return 0;
}

/* "/a/b" becomes "/a", and "b" becomes ".". Returns -1 if it is too long. */
static int folder_of(char out[PATH_MAX], const char *path) {
  char copy[PATH_MAX];
  return copy_path(copy, path) != 0 || copy_path(out, dirname(copy)) != 0 ? -1 : 0;
}

/* Writes the target of the symbolic link PATH. */
static int target_of(char out[PATH_MAX], const char *path) {
  char target[PATH_MAX];
  char folder[PATH_MAX];
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length < 0 || folder_of(folder, path) != 0)
    return -1;
  target[length] = '\0';
  if (*target == '/')
    return copy_path(out, target);
  if ((size_t)snprintf(out, PATH_MAX, "%s/%s", folder, target) < PATH_MAX)
    return 0;
  errno = ENAMETOOLONG;
  return -1;
}

/* Returns true for "..data", the link in a mounted Secret or ConfigMap that the kubelet swaps. */
static bool is_swapped(const char *folder) {
  const char *name = strrchr(folder, '/');
  return strncmp(name == NULL ? folder : name + 1, "..", 2) == 0 && is_link(folder);
}

/* Grants reading the folder that contains PATH, or only PATH if that folder is "/". */
static int grant_around(struct rules *rules, const char *path) {
  char folder[PATH_MAX];
  char outer[PATH_MAX];
  if (folder_of(folder, path) != 0 || folder_of(outer, folder) != 0 ||
      (is_swapped(folder) && grant(rules, outer, READ) != 0))
    return -1;
  return grant(rules, strcmp(folder, "/") == 0 ? path : folder, READ);
}

/* Every symbolic link on the way to the file or folder may be replaced later. */
static int grant_given(struct rules *rules, const char *given) {
  char path[PATH_MAX];
  char target[PATH_MAX];
  if (copy_path(path, given) != 0)
    return -1;
  for (int links = 0; links < MOST_LINKS && is_link(path); links++)
    if (grant_around(rules, path) != 0 || target_of(target, path) != 0 || copy_path(path, target) != 0)
      return -1;
  return is_folder(path) ? grant(rules, path, READ) : grant_around(rules, path);
}

/* If the file is a link to another folder, as resolv.conf can be to one of systemd's, it is replaced in that folder. */
static void grant_system_file(struct rules *rules, const char *path) {
  char target[PATH_MAX];
  char folder[PATH_MAX];
  if (grant(rules, path, READ) == 0 && is_link(path) && realpath(path, target) != NULL &&
      folder_of(folder, target) == 0 && strcmp(folder, "/etc") != 0)
    (void)!grant_around(rules, target);
}

/* Files that do not exist are not needed. */
static void grant_system(struct rules *rules) {
  size_t given = rules->readable;
  for (size_t i = 0; i < sizeof system_files / sizeof *system_files; i++)
    grant_system_file(rules, system_files[i]);
  for (size_t i = 0; i < sizeof system_folders / sizeof *system_folders; i++)
    (void)!grant(rules, system_folders[i], READ);
  rules->readable = given;
}

static int fail_at(const char *path, struct dw_error *err) {
  dw_error_set(err, DW_ERR_IO, "can't be allowed in Landlock: %s", strerror(errno));
  return dw_error_in_file(err, path);
}

static int grant_all(struct rules *rules, const struct dw_sandbox_options *options, struct dw_error *err) {
  for (size_t i = 0; i < options->readable_count; i++) {
    const char *path = options->readable[i];
    if (path != NULL && strcmp(path, "-") != 0 && grant_given(rules, path) != 0)
      return fail_at(path, err);
  }
  for (size_t i = 0; i < options->writable_count; i++)
    if (options->writable[i] != NULL && grant(rules, options->writable[i], READ | WRITE) != 0)
      return fail_at(options->writable[i], err);
  grant_system(rules);
  return 0;
}

/* --- activation --- */

/* Returns the version of the kernel's Landlock; 0, with the reason in REPORT, if there is none; -1 on error. EPERM
 * comes from a container runtime that filters system calls itself. */
static int find_version(struct dw_sandbox_part *report, struct dw_error *err) {
  int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version > 0)
    return version;
  if (errno == ENOSYS)
    dw_sandbox_report(report, DW_SANDBOX_NONE, "none: the kernel has no Landlock (needs Linux 5.13)");
  else if (errno == EOPNOTSUPP)
    dw_sandbox_report(report, DW_SANDBOX_NONE, "none: Landlock is missing from the kernel boot option lsm=");
  else if (errno == EPERM || errno == EACCES)
    dw_sandbox_report(report, DW_SANDBOX_NONE, "none: the container runtime blocks Landlock");
  else
    return dw_error_set(err, DW_ERR_OTHER, "can't read the Landlock version: %s", strerror(errno));
  return 0;
}

int dw_sandbox_landlock(const struct dw_sandbox_options *options, struct dw_sandbox_part *report,
                        struct dw_error *err) {
  struct rules rules = {.version = find_version(report, err)};
  if (rules.version <= 0)
    return rules.version;
  if (make_ruleset(&rules, err) != 0)
    return -1;
  int failed = grant_all(&rules, options, err);
  if (failed == 0 && syscall(SYS_landlock_restrict_self, rules.fd, 0) != 0)
    failed = dw_error_set(err, DW_ERR_OTHER, "can't activate Landlock: %s", strerror(errno));
  close(rules.fd);
  if (failed != 0)
    return -1;
  report->state = DW_SANDBOX_ON;
  snprintf(report->text, sizeof report->text, "on: version %d, %zu readable paths, %zu writable%s", rules.version,
           rules.readable, rules.writable, rules.version >= 4 ? ", no new listener" : "");
  return 0;
}
