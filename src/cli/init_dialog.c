#include "cli/init_dialog.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/terminal.h"

/* --- printing --- */

static void put_line(const struct cli_dialog *dialog, const char *line, size_t hang) {
  DW_BUF_SCOPED struct dw_buf clean = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct cli_glyphs glyphs = cli_glyphs_begin();
  cli_put_clean(&clean, line);
  cli_put_wrapped(&out, dw_buf_text(&clean), dialog->width, hang);
  cli_glyphs_end(&glyphs);
  fwrite(out.data, 1, out.length, dialog->out);
}

static void color(const struct cli_dialog *dialog, const char *code) {
  if (dialog->color)
    fprintf(dialog->out, "\033[%sm", code);
}

void cli_say(const struct cli_dialog *dialog, const char *format, ...) {
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  va_list args;
  va_start(args, format);
  dw_buf_vprintf(&text, format, args);
  va_end(args);
  put_line(dialog, dw_buf_text(&text), 0);
}

void cli_say_heading(const struct cli_dialog *dialog, const char *text) {
  fputc('\n', dialog->out);
  color(dialog, "1");
  fputs(text, dialog->out);
  color(dialog, "0");
  fputc('\n', dialog->out);
}

void cli_say_row(const struct cli_dialog *dialog, const struct cli_row *row, size_t columns) {
  DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
  dw_buf_printf(&line, "%4s %-*s  %s", row->mark, (int)columns, row->name, row->text);
  if (row->dim)
    color(dialog, "2");
  put_line(dialog, dw_buf_text(&line), 5 + columns + 2);
  if (row->dim)
    color(dialog, "0");
}

bool cli_ask(const struct cli_dialog *dialog, const char *prompt, char answer[CLI_ANSWER]) {
  char line[CLI_ANSWER];
  color(dialog, "1");
  fprintf(dialog->out, "%s ", prompt);
  color(dialog, "0");
  fflush(dialog->out);
  if (fgets(line, sizeof line, stdin) == NULL)
    return false;
  size_t from = strspn(line, " \t");
  size_t end = strlen(line);
  while (end > from && dw_is_space(line[end - 1]))
    end--;
  memcpy(answer, line + from, end - from);
  answer[end - from] = '\0';
  return true;
}

/* --- the cluster --- */

static void say_needed(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  size_t nodes = plan->handler_nodes;
  const char *nouns = nodes == 1 ? "node runs" : "nodes run";
  if (plan->sync.pods == 0)
    cli_say(dialog, "%zu %s virt-handler, so the network needs %llu address%s.", nodes, nouns,
            (unsigned long long)plan->needed, plan->needed == 1 ? "" : "es");
  else
    cli_say(dialog,
            "%zu %s virt-handler, and migrations between clusters are on: virt-synchronization-controller has %u "
            "pod%s%s. So the network needs %llu addresses.",
            nodes, nouns, plan->sync.pods, plan->sync.pods == 1 ? "" : "s",
            plan->sync.surge > 0 ? ", and one more during an update" : "", (unsigned long long)plan->needed);
}

/* Names the first NAD that seems to be meant as a migration network, but is not in use. */
static void say_unused(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  const struct dw_view *view = plan->world->view;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NAD); i++) {
    const struct dw_object *nad = dw_view_at(view, DW_KIND_NAD, i);
    const struct dw_nad_traits traits = dw_nad_traits(nad);
    if (!dw_view_classify(view, plan->arena, &traits).migration)
      continue;
    cli_say(dialog, "NAD %s/%s seems to be a migration network, but %s %s does not name it.", nad->namespace_,
            nad->name, dw_kind_name(plan->user->kind), plan->user->name);
    return;
  }
}

void cli_say_cluster(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  cli_say(dialog, "KubeVirt runs in namespace %s, configured by %s %s (%s).", plan->user->namespace_,
          dw_kind_name(plan->user->kind), plan->user->name, plan->user_version);
  say_needed(dialog, plan);
  if (plan->unknown_nodes > 0)
    cli_say(dialog, "The NICs of %zu of %zu nodes are unknown: they have no NodeNetworkState.", plan->unknown_nodes,
            plan->network_nodes);
  if (plan->network != NULL && !plan->network_exists)
    cli_say(dialog, "%s names the network %s, which does not exist.", dw_kind_name(plan->user->kind), plan->network);
  if (plan->network == NULL)
    say_unused(dialog, plan);
}

/* --- candidates --- */

static size_t widest_link(const struct dw_plan *plan) {
  size_t columns = 0;
  for (size_t i = 0; i < plan->link_count; i++) {
    const struct dw_plan_link *link = &plan->links[i];
    size_t length = strlen(i < plan->fitting_links ? link->used : link->nic);
    columns = length > columns ? length : columns;
  }
  return columns;
}

static void say_unfit(const struct cli_dialog *dialog, const struct dw_plan_link *link, size_t columns) {
  const struct dw_plan_fault *fault = &link->faults[0];
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  dw_buf_printf(&text, "%s", fault->text);
  if (fault->rule != NULL)
    dw_buf_printf(&text, " [%s]", fault->rule);
  cli_say_row(dialog, &(struct cli_row){.mark = "-", .name = link->nic, .text = dw_buf_text(&text), .dim = true},
              columns);
}

void cli_say_links(const struct cli_dialog *dialog, const struct dw_plan *plan, size_t most) {
  size_t columns = widest_link(plan);
  size_t unfit = plan->link_count - plan->fitting_links;
  for (size_t i = 0; i < plan->fitting_links; i++) {
    const struct dw_plan_link *link = &plan->links[i];
    DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
    char mark[24];
    snprintf(mark, sizeof mark, "%zu)", i + 1);
    dw_buf_printf(&text, "%s%s", link->words, link->cautions);
    cli_say_row(dialog, &(struct cli_row){.mark = mark, .name = link->used, .text = dw_buf_text(&text)}, columns);
  }
  if (most == 0)
    return;
  if (unfit > 0 && plan->fitting_links > 0)
    cli_say(dialog, "These do not fit:");
  for (size_t i = 0; i < unfit && i < most; i++)
    say_unfit(dialog, &plan->links[plan->fitting_links + i], columns);
  if (unfit > most)
    cli_say(dialog, "   - and %zu more", unfit - most);
}

void cli_say_ranges(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  size_t columns = 0;
  for (size_t i = 0; i < plan->range_count; i++) {
    size_t length = strlen(plan->ranges[i].text);
    columns = length > columns ? length : columns;
  }
  for (size_t i = 0; i < plan->range_count; i++) {
    char mark[24];
    snprintf(mark, sizeof mark, "%zu)", i + 1);
    cli_say_row(dialog, &(struct cli_row){.mark = mark, .name = plan->ranges[i].text, .text = plan->ranges[i].words},
                columns);
  }
}

void cli_say_faults(const struct cli_dialog *dialog, const char *name, const struct dw_plan_fault *faults,
                    size_t count) {
  for (size_t i = 0; i < count; i++) {
    DW_BUF_SCOPED struct dw_buf line = DW_BUF_INIT;
    dw_buf_printf(&line, "  %s: %s", name, faults[i].text);
    if (faults[i].fix != NULL)
      dw_buf_printf(&line, "; %s", faults[i].fix);
    if (faults[i].rule != NULL)
      dw_buf_printf(&line, " [%s]", faults[i].rule);
    put_line(dialog, dw_buf_text(&line), 4);
  }
}

/* What a rule finds is about the interface that the NAD uses, the rest about the NIC that exists. */
void cli_say_link_faults(const struct cli_dialog *dialog, const struct dw_plan_link *link) {
  cli_say_faults(dialog, link->faults[0].rule != NULL ? link->used : link->nic, link->faults, link->fault_count);
}

/* --- choosing --- */

/* The index that ANSWER chooses among COUNT: the first one if it is empty. False if it is not such a number. */
static bool read_number(const char *answer, size_t count, size_t *index) {
  int64_t number = 1;
  if (*answer != '\0' && !dw_parse_int64(answer, &number))
    return false;
  if (number < 1 || (uint64_t)number > count)
    return false;
  *index = (size_t)number - 1;
  return true;
}

/* The index of the link called ANSWER. */
static bool find_link(const struct dw_plan *plan, const char *answer, size_t *index) {
  for (size_t i = 0; i < plan->link_count; i++)
    if (strcmp(plan->links[i].used, answer) == 0 || strcmp(plan->links[i].nic, answer) == 0) {
      *index = i;
      return true;
    }
  return false;
}

/* Reads "eth1.100" as VLAN 100 of eth1. */
static bool read_vlan(struct dw_plan *plan, const char *answer, struct dw_plan_options *out) {
  const char *dot = strrchr(answer, '.');
  int64_t id;
  size_t index;
  if (dot == NULL || !dw_parse_int64(dot + 1, &id) || id < 1 || id > 4094)
    return false;
  const char *nic = dw_arena_strndup(plan->arena, answer, (size_t)(dot - answer));
  if (!find_link(plan, nic, &index))
    return false;
  out->nic = nic;
  out->vlan = (unsigned)id;
  return true;
}

/* Plans again with OPTIONS, which name a VLAN. If nothing fits, says why, restores the plan and returns false. */
static bool try_vlan(const struct cli_dialog *dialog, struct dw_plan *plan, const struct dw_plan_options *options) {
  struct dw_plan before = *plan;
  plan->options = *options;
  dw_plan_find_links(plan);
  plan->link = &plan->links[0];
  if (plan->fitting_links > 0)
    return true;
  cli_say(dialog, "It does not fit:");
  cli_say_link_faults(dialog, plan->link);
  *plan = before;
  return false;
}

bool cli_choose_link(const struct cli_dialog *dialog, struct dw_plan *plan) {
  char answer[CLI_ANSWER];
  size_t index;
  struct dw_plan_options options = plan->options;
  cli_say_heading(dialog, "Which NIC or bridge of the nodes?");
  cli_say_links(dialog, plan, 8);
  while (cli_ask(dialog, "Number, name, or NIC.VLAN [1]:", answer)) {
    if (!read_number(answer, plan->fitting_links, &index) && !find_link(plan, answer, &index)) {
      if (!read_vlan(plan, answer, &options))
        cli_say(dialog, "Enter a number from 1 to %zu, a name from the list, or a VLAN such as eth1.100.",
                plan->fitting_links);
      else if (try_vlan(dialog, plan, &options))
        return true;
      continue;
    }
    plan->link = &plan->links[index];
    if (index < plan->fitting_links)
      return true;
    cli_say(dialog, "It does not fit:");
    cli_say_link_faults(dialog, plan->link);
  }
  return false;
}

bool cli_choose_vlan(const struct cli_dialog *dialog, struct dw_plan *plan) {
  char answer[CLI_ANSWER];
  struct dw_plan_options options = plan->options;
  cli_say_heading(dialog, "No NIC or bridge of the nodes fits:");
  cli_say_links(dialog, plan, plan->link_count);
  cli_say(dialog, "A VLAN of one of them may do, even of the nodes' own NIC. The switch must carry it to all nodes.");
  while (cli_ask(dialog, "NIC.VLAN, such as eth0.100, or Enter to stop:", answer)) {
    if (*answer == '\0')
      return false;
    if (!read_vlan(plan, answer, &options))
      cli_say(dialog, "Enter a NIC of the list, a dot and a VLAN from 1 to 4094.");
    else if (try_vlan(dialog, plan, &options))
      return true;
  }
  return false;
}

bool cli_choose_range(const struct cli_dialog *dialog, struct dw_plan *plan) {
  char answer[CLI_ANSWER];
  size_t index;
  cli_say_heading(dialog, "Which range?");
  cli_say_ranges(dialog, plan);
  while (cli_ask(dialog, plan->range_count > 0 ? "Number, or another range [1]:" : "A range:", answer)) {
    if (read_number(answer, plan->range_count, &index)) {
      plan->range = &plan->ranges[index];
      return true;
    }
    struct dw_plan_range *range = dw_arena_alloc(plan->arena, sizeof *range);
    *range = dw_plan_read_range(plan, answer);
    plan->range = range;
    if (range->fault_count == 0)
      return true;
    cli_say_faults(dialog, range->text, range->faults, range->fault_count);
  }
  return false;
}

bool cli_choose_name(const struct cli_dialog *dialog, struct dw_plan *plan) {
  char answer[CLI_ANSWER];
  char prompt[128];
  cli_say_heading(dialog, "Which name for the NetworkAttachmentDefinition?");
  snprintf(prompt, sizeof prompt, "Name [%s]:", plan->name);
  while (cli_ask(dialog, prompt, answer)) {
    const char *fault = *answer == '\0' ? NULL : dw_plan_name_fault(plan, answer);
    if (fault == NULL) {
      plan->name = *answer == '\0' ? plan->name : dw_arena_strdup(plan->arena, answer);
      return true;
    }
    cli_say(dialog, "%s", fault);
  }
  return false;
}
