#include "cli/init_output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "files/files.h"

/* --- files --- */

static int check_file(const struct cli_init_output *output, const char *file, struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  struct stat status;
  dw_buf_printf(&path, "%s/%s", output->folder, file);
  if (lstat(dw_buf_text(&path), &status) == 0 && !output->force)
    return dw_error_set(err, DW_ERR_IO, "%s exists; use --force to replace it, or another --output-dir",
                        dw_buf_text(&path));
  return 0;
}

static int write_file(const struct cli_init_output *output, const struct dw_plan_document *file, struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  dw_buf_printf(&path, "%s/%s", output->folder, file->file);
  int fd = open(dw_buf_text(&path), O_WRONLY | O_CREAT | O_CLOEXEC | (output->force ? O_TRUNC : O_EXCL), 0666);
  if (fd < 0)
    return dw_error_set(err, DW_ERR_IO, "can't create %s: %s", dw_buf_text(&path), strerror(errno));
  bool written = dw_write_all(fd, file->text, strlen(file->text)) == 0;
  int reason = errno;
  if (close(fd) == 0 && written)
    return 0;
  return dw_error_set(err, DW_ERR_IO, "can't write %s: %s", dw_buf_text(&path), strerror(reason));
}

int cli_init_write(const struct cli_init_output *output, const struct cli_init_files *files, struct dw_error *err) {
  for (size_t i = 0; i < files->count; i++)
    if (check_file(output, files->items[i].file, err) != 0)
      return -1;
  if (mkdir(output->folder, 0777) != 0 && errno != EEXIST)
    return dw_error_set(err, DW_ERR_IO, "can't create the directory %s: %s", output->folder, strerror(errno));
  for (size_t i = 0; i < files->count; i++)
    if (write_file(output, &files->items[i], err) != 0)
      return -1;
  return 0;
}

void cli_init_print(const struct cli_init_files *files) {
  for (size_t i = 0; i < files->count; i++)
    printf("%s%s", i == 0 ? "" : "---\n", files->items[i].text);
}

/* --- what comes next --- */

static void say_files(const struct cli_dialog *dialog, const struct cli_init_output *output,
                      const struct cli_init_files *files) {
  size_t columns = 0;
  DW_BUF_SCOPED struct dw_buf heading = DW_BUF_INIT;
  dw_buf_printf(&heading, "Written to %s", output->folder);
  cli_say_heading(dialog, dw_buf_text(&heading));
  for (size_t i = 0; i < files->count; i++) {
    size_t length = strlen(files->items[i].file);
    columns = length > columns ? length : columns;
  }
  for (size_t i = 0; i < files->count; i++)
    cli_say_row(dialog, &(struct cli_row){.mark = "", .name = files->items[i].file, .text = files->items[i].what},
                columns);
}

/* TEXT as a word of a shell command. */
static void put_word(struct dw_buf *out, const char *text) {
  bool plain = *text != '\0';
  for (const char *c = text; *c != '\0'; c++)
    plain = plain && (dw_is_alnum(*c) || strchr("/._-+:@%,=", *c) != NULL);
  dw_buf_puts(out, plain ? "" : "'");
  for (; *text != '\0'; text++)
    dw_buf_printf(out, *text == '\'' ? "'\\''" : "%c", *text);
  dw_buf_puts(out, plain ? "" : "'");
}

static void put_option(struct dw_buf *out, const char *option, const char *value) {
  if (value == NULL)
    return;
  dw_buf_printf(out, " %s ", option);
  put_word(out, value);
}

static void say_check(const struct cli_dialog *dialog, const char *folder, const struct cli_world_options *world) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  put_option(&line, "droveway check", folder);
  put_option(&line, "--policy", world->policy);
  put_option(&line, "--state", world->state);
  put_option(&line, "--kubeconfig", world->state == NULL ? world->kubeconfig : NULL);
  put_option(&line, "--context", world->context);
  fprintf(dialog->out, " %s\n", dw_buf_text(&line));
}

/* Prints `kubectl apply OPTION FOLDER/FILE`; FILE may be "". */
static void say_kubectl(const struct cli_dialog *dialog, const char *option, const char *folder, const char *file) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf word = DW_BUF_INIT;
  dw_buf_printf(&path, "%s%s%s", folder, *file == '\0' ? "" : "/", file);
  put_word(&word, dw_buf_text(&path));
  fprintf(dialog->out, "  kubectl apply %s %s\n", option, dw_buf_text(&word));
}

static void say_apply(const struct cli_dialog *dialog, const struct dw_plan *plan, const struct cli_init_output *output,
                      const struct cli_init_files *files) {
  bool first = files->items[0].first;
  if (first) {
    say_kubectl(dialog, "-f", output->folder, files->items[0].file);
    fprintf(dialog->out, "  kubectl wait nncp %s --for condition=Available --timeout 10m\n", plan->name);
  }
  if (output->kustomize) {
    say_kubectl(dialog, "-k", output->folder, "");
    return;
  }
  for (size_t i = first ? 1 : 0; i < files->count; i++)
    say_kubectl(dialog, "-f", output->folder, files->items[i].file);
}

static void say_moment(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  size_t running = dw_view_summary(plan->world->view).running_migrations;
  fputc('\n', dialog->out);
  cli_say(dialog,
          "The last file restarts the virt-handler pods: first one and, once it is running, 10 %% of them at a time. "
          "Virtual machines keep running. To watch it:");
  fprintf(dialog->out, "  kubectl rollout status -n %s daemonset/virt-handler\n", plan->user->namespace_);
  if (running > 0)
    cli_say(dialog, "%zu live migration%s in progress: wait until none is, or they may fail.", running,
            running == 1 ? " is" : "s are");
}

static void say_old(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  struct dw_nad_name old;
  const char *ns = plan->world->policy->namespace_;
  if (!plan->network_exists || !dw_network_read(plan->arena, ns, plan->network, &old))
    return;
  cli_say(dialog, "Afterwards the old network is no longer used. To delete it:");
  fprintf(dialog->out, "  kubectl delete network-attachment-definition -n %s %s\n", old.ns, old.name);
}

static void say_remotes(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  const struct dw_policy *policy = plan->world->policy;
  for (size_t i = 0; i < policy->remote_cluster_count; i++)
    if (i == 0)
      cli_say(dialog,
              "Other clusters on this wire must not use %s either: add it to their policies (remoteClusters), and "
              "theirs to the one of this cluster.",
              plan->range->text);
}

void cli_init_say_next(const struct cli_dialog *dialog, const struct dw_plan *plan,
                       const struct cli_init_output *output, const struct cli_init_files *files,
                       const struct cli_world_options *world) {
  if (output->folder == NULL)
    return;
  say_files(dialog, output, files);
  cli_say_heading(dialog, "Next");
  say_check(dialog, output->folder, world);
  say_apply(dialog, plan, output, files);
  say_moment(dialog, plan);
  say_old(dialog, plan);
  say_remotes(dialog, plan);
}
