#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/help.h"
#include "cli/init_dialog.h"
#include "cli/init_output.h"
#include "cli/report.h"
#include "cli/state.h"
#include "lint/judge.h"
#include "rules/audit.h"

struct arguments {
  struct cli_world_options world;
  struct dw_plan_options options;
  struct cli_init_output output;
  struct dw_buf remotes; /* a policy with the remote clusters of the command line */
  enum cli_color color;
  const char **accepted;
  struct dw_interval *excludes;
  bool yes, dry_run;
};

/* The cluster, as the plan and the final check read it. */
struct cluster {
  struct dw_policy *policy;
  struct cli_state state;
  struct dw_subjects subjects; /* no manifests: its world is that of the state alone */
};

static int help(void) {
  cli_put_help(
      stdout,
      "usage: droveway init [--kubeconfig FILE [--context NAME] | --state DIR] [--policy FILE] [--nic NAME] [--vlan "
      "ID] [--plugin macvlan|bridge] [--range RANGE | --size /SIZE] [--exclude ADDRESSES]... [--ipv6] [--name NAME] "
      "[--remote-cluster NAME=RANGE]... [--accept RULE]... [--replace] [--yes] [--dry-run | --output-dir DIR "
      "[--force]] [--kustomize]\n"
      "\n"
      "Writes a migration network that fits a cluster: a NetworkAttachmentDefinition (NAD) with a NIC or bridge that "
      "all nodes have and a free range, and the change of the HyperConverged or KubeVirt object that uses it. If only "
      "a VLAN or a bridge is missing on the nodes, a NodeNetworkConfigurationPolicy creates it. Applies nothing. The "
      "files pass `droveway check`. On a terminal, it asks; elsewhere, and with --yes, it takes the best choice.\n"
      "\n"
      "      --kubeconfig FILE\tcluster to read (default: the pod's own cluster, $KUBECONFIG or ~/.kube/config)\n"
      "      --context NAME\tcontext of the kubeconfig (default: its current context)\n"
      "  -s, --state DIR\tread the cluster's objects from files instead (see `droveway snapshot`)\n"
      "  -p, --policy FILE\tpolicy to apply (default: the built-in policy)\n"
      "      --nic NAME\tNIC, bond, VLAN or bridge of the nodes to use\n"
      "      --vlan ID\tuse this VLAN (1 to 4094) of the NIC or bridge\n"
      "      --plugin NAME\tmacvlan (default for NICs) or bridge (default for bridges; creates one over a NIC)\n"
      "      --range RANGE\trange to use, as whereabouts reads it: 10.1.2.0/24, 10.1.2.10-10.1.2.99/24\n"
      "      --size /SIZE\tsize of the range to choose (default: twice the addresses that are needed)\n"
      "      --exclude ADDRESSES\tan address or CIDR that others on the wire use; repeat it for several\n"
      "      --ipv6\tuse an IPv6 range\n"
      "      --name NAME\tname of the NAD (default: migration-network)\n"
      "      --remote-cluster NAME=RANGE\ta range that another cluster on the same wire uses; repeat it for several\n"
      "      --accept RULE\taccept warnings of this rule, such as master-unverified; repeat it for several\n"
      "      --replace\twrite a new network although there is one\n"
      "  -y, --yes\tdo not ask; take the first of several equally good choices\n"
      "      --dry-run\tprint the manifests, and write no files\n"
      "  -d, --output-dir DIR\twrite the manifests to this directory (default: one with the NAD's name)\n"
      "      --force\treplace existing files\n"
      "      --kustomize\twrite a kustomization.yaml, too\n"
      "      --color WHEN\tauto (default: if stdout is a terminal and NO_COLOR is not set), always or never\n"
      "      --help\tshow this help\n"
      "\n"
      "Exit status: 0 if a network was written, or if the existing one is right; 1 if no NIC or range fits, or if the "
      "existing one is wrong; 2 if the usage is wrong, or the cluster or an input cannot be read.\n");
  return cli_finish(CLI_OK);
}

/* --- options --- */

static int read_vlan(const char *text, unsigned *out) {
  int64_t vlan;
  if (!dw_parse_int64(text, &vlan) || vlan < 1 || vlan > 4094)
    return cli_usage("init", "invalid --vlan \"%s\"; use 1 to 4094", text);
  *out = (unsigned)vlan;
  return CLI_OK;
}

static int read_plugin(const char *text, enum dw_plan_plugin *out) {
  static const char *const names[] = {"macvlan", "bridge"};
  int found = cli_word(names, sizeof names / sizeof *names, text);
  if (found < 0)
    return cli_usage("init", "unknown plugin \"%s\"; use macvlan or bridge", text);
  *out = found == 0 ? DW_PLAN_MACVLAN : DW_PLAN_BRIDGE;
  return CLI_OK;
}

static int read_size(const char *text, unsigned *out) {
  int64_t bits = 0;
  if (!dw_parse_int64(*text == '/' ? text + 1 : text, &bits) || bits < 1 || bits > 128)
    return cli_usage("init", "invalid --size \"%s\"; use /8 to /30 (IPv4) or /48 to /126 (IPv6)", text);
  *out = (unsigned)bits;
  return CLI_OK;
}

/* Adds NAME=RANGE to the text of a policy, whose parser reports a range that is wrong. */
static int read_remote(const char *text, struct dw_buf *out) {
  const char *equals = strchr(text, '=');
  if (equals == NULL || equals == text || equals[1] == '\0' || strpbrk(text, "\"\\\n") != NULL)
    return cli_usage("init", "invalid --remote-cluster \"%s\"; use NAME=RANGE, such as east=10.1.2.0/24", text);
  if (out->length == 0)
    dw_buf_puts(out, "apiVersion: droveway.io/v1alpha1\nkind: Policy\nremoteClusters:\n");
  dw_buf_printf(out, "- {name: \"%.*s\", ranges: [\"%s\"]}\n", (int)(equals - text), text, equals + 1);
  return CLI_OK;
}

static int read_accepted(const char *text, struct arguments *out) {
  size_t count;
  const char *const *ids = dw_rule_ids(&count);
  if (dw_rule_find(text) == NULL)
    return cli_unknown("rule", text, ids, count, "droveway rules");
  out->accepted[out->options.accepted_count++] = text;
  return CLI_OK;
}

static int read_exclude(const char *text, struct arguments *out) {
  struct dw_prefix prefix;
  if (!dw_exclude_parse(text, &prefix))
    return cli_usage("init", "invalid --exclude \"%s\"; use an address or a CIDR, such as 10.1.2.0/28", text);
  out->excludes[out->options.exclude_count++] = dw_interval_of(&prefix);
  return CLI_OK;
}

static int read_color(const char *text, enum cli_color *color) {
  struct cli_report_options options = {.color = *color};
  int status = cli_report_option("init", CLI_OPTION_COLOR, text, &options);
  *color = options.color;
  return status;
}

enum {
  OPTION_NIC = 0x300,
  OPTION_VLAN,
  OPTION_PLUGIN,
  OPTION_RANGE,
  OPTION_SIZE,
  OPTION_IPV6,
  OPTION_NAME,
  OPTION_REMOTE,
  OPTION_ACCEPT,
  OPTION_EXCLUDE,
  OPTION_REPLACE,
  OPTION_DRY_RUN,
  OPTION_FORCE,
  OPTION_KUSTOMIZE
};

static int read_flag(int option, struct arguments *out) {
  bool *const flags[] = {
      [OPTION_IPV6 - OPTION_NIC] = &out->options.v6,
      [OPTION_REPLACE - OPTION_NIC] = &out->options.replace,
      [OPTION_DRY_RUN - OPTION_NIC] = &out->dry_run,
      [OPTION_FORCE - OPTION_NIC] = &out->output.force,
      [OPTION_KUSTOMIZE - OPTION_NIC] = &out->output.kustomize,
  };
  *(option == 'y' ? &out->yes : flags[option - OPTION_NIC]) = true;
  return CLI_OK;
}

static int read_option(int option, struct arguments *out) {
  if (cli_world_option(option, optarg, &out->world))
    return CLI_OK;
  switch (option) {
  case OPTION_NIC:
    out->options.nic = optarg;
    return dw_is_interface_altname(optarg) ? CLI_OK : cli_usage("init", "invalid --nic \"%s\"", optarg);
  case OPTION_VLAN:
    return read_vlan(optarg, &out->options.vlan);
  case OPTION_PLUGIN:
    return read_plugin(optarg, &out->options.plugin);
  case OPTION_RANGE:
    out->options.range = optarg;
    return CLI_OK;
  case OPTION_SIZE:
    return read_size(optarg, &out->options.bits);
  case OPTION_NAME:
    out->options.name = optarg;
    return CLI_OK;
  case OPTION_REMOTE:
    return read_remote(optarg, &out->remotes);
  case OPTION_EXCLUDE:
    return read_exclude(optarg, out);
  case OPTION_ACCEPT:
    return read_accepted(optarg, out);
  case 'd':
    out->output.folder = optarg;
    return *optarg != '\0' ? CLI_OK : cli_usage("init", "--output-dir is empty, as an unset variable leaves it");
  case 'c':
    return read_color(optarg, &out->color);
  default:
    return read_flag(option, out);
  }
}

/* A size beyond IPv4's is one of IPv6, as in `map --suggest`. */
static int check_options(struct arguments *arguments) {
  struct dw_plan_options *options = &arguments->options;
  options->accepted = arguments->accepted;
  options->excludes = arguments->excludes;
  if (options->range != NULL && options->bits != 0)
    return cli_usage("init", "--range and --size cannot be used together");
  if (arguments->dry_run && arguments->output.folder != NULL)
    return cli_usage("init", "--dry-run and --output-dir cannot be used together");
  options->v6 = options->v6 || options->bits > 32 || (options->range != NULL && strchr(options->range, ':') != NULL);
  if (options->range != NULL && options->v6 && strchr(options->range, ':') == NULL)
    return cli_usage("init", "--range %s is not an IPv6 range, which --ipv6 requires", options->range);
  if (options->bits != 0 && !dw_map_can_suggest(!options->v6, options->bits))
    return cli_usage("init", "invalid --size /%u; use /8 to /30 (IPv4) or /48 to /126 (IPv6)", options->bits);
  return CLI_OK;
}

static int read_options(int argc, char **argv, struct arguments *out) {
  static const struct option options[] = {CLI_WORLD_OPTIONS,
                                          {"nic", required_argument, NULL, OPTION_NIC},
                                          {"vlan", required_argument, NULL, OPTION_VLAN},
                                          {"plugin", required_argument, NULL, OPTION_PLUGIN},
                                          {"range", required_argument, NULL, OPTION_RANGE},
                                          {"size", required_argument, NULL, OPTION_SIZE},
                                          {"exclude", required_argument, NULL, OPTION_EXCLUDE},
                                          {"ipv6", no_argument, NULL, OPTION_IPV6},
                                          {"name", required_argument, NULL, OPTION_NAME},
                                          {"remote-cluster", required_argument, NULL, OPTION_REMOTE},
                                          {"accept", required_argument, NULL, OPTION_ACCEPT},
                                          {"replace", no_argument, NULL, OPTION_REPLACE},
                                          {"yes", no_argument, NULL, 'y'},
                                          {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
                                          {"output-dir", required_argument, NULL, 'd'},
                                          {"force", no_argument, NULL, OPTION_FORCE},
                                          {"kustomize", no_argument, NULL, OPTION_KUSTOMIZE},
                                          {"color", required_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  int option;
  while ((option = cli_option(argc, argv, ":s:p:d:yh", options)) != -1) {
    if (option == 'h')
      return CLI_HELP;
    if (option == '?' || read_option(option, out) != CLI_OK)
      return CLI_FAILED;
  }
  if (optind < argc)
    return cli_usage("init", "unexpected argument \"%s\"", argv[optind]);
  return check_options(out);
}

/* --- the cluster --- */

static struct dw_policy *load_policy(const struct arguments *arguments, struct dw_error *err) {
  struct dw_sources sources = cli_sources(&arguments->world);
  struct dw_policy *policy = dw_policy_load(&sources, err);
  if (policy == NULL || arguments->remotes.length == 0)
    return policy;
  struct dw_policy *remotes = dw_policy_parse(dw_buf_text(&arguments->remotes), arguments->remotes.length,
                                              "--remote-cluster", sources.rules, sources.rule_count, err);
  if (remotes == NULL) {
    err->line = 0; /* of a text that the user has not seen */
    dw_policy_free(policy);
    return NULL;
  }
  policy = dw_policy_with_remotes(policy, remotes);
  dw_policy_free(remotes);
  return policy;
}

static void free_cluster(struct cluster *cluster) {
  dw_subjects_free(&cluster->subjects);
  dw_lint_state_free(&cluster->state.found);
  dw_policy_free(cluster->policy);
}

static int read_cluster(struct dw_arena *arena, const struct arguments *arguments, struct cluster *out,
                        struct dw_error *err) {
  out->policy = load_policy(arguments, err);
  if (out->policy == NULL)
    return -1;
  struct cli_state_query query = {&arguments->world, out->policy->namespace_, DW_KEEP_JUDGED};
  if (cli_state_read(arena, &query, &out->state, err) != 0) {
    dw_policy_free(out->policy);
    return -1;
  }
  if (out->state.gaps.unreadable > 0) {
    dw_lint_state_free(&out->state.found);
    dw_policy_free(out->policy);
    return dw_error_set(err, DW_ERR_INVALID,
                        "the objects above can't be read, and may use what `init` would choose; fix them first");
  }
  out->subjects = (struct dw_subjects){.arena = dw_arena_new(0)};
  if (dw_subjects_build(&out->subjects, dw_policy_ref(out->policy), &out->state.found, NULL, err) == 0 &&
      out->subjects.world != NULL)
    return 0;
  free_cluster(out);
  return -1;
}

/* --- the existing network --- */

struct existing {
  const struct cli_dialog *dialog;
  const struct dw_plan *plan;
  size_t denials, warnings;
};

static bool is_existing(const struct dw_plan *plan, const struct dw_object *object) {
  struct dw_nad_name name;
  return object == plan->user || (dw_network_read(plan->arena, plan->world->policy->namespace_, plan->network, &name) &&
                                  dw_object_is(object, DW_KIND_NAD, name.ns, name.name));
}

static void say_finding(void *context, const struct dw_audited *audited) {
  struct existing *existing = context;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  if (!is_existing(existing->plan, audited->object))
    return;
  for (size_t i = 0; i < audited->judgement.findings.count; i++) {
    const struct dw_finding *finding = &audited->judgement.findings.items[i];
    bool deny = finding->action == DW_ACTION_DENY;
    if (strcmp(finding->rule->id, "network-unfit") == 0)
      continue; /* it repeats what is said about the NAD */
    existing->denials += deny;
    existing->warnings += !deny;
    cli_say_row(existing->dialog,
                &(struct cli_row){.mark = "-",
                                  .name = deny ? "error" : "warning",
                                  .text = dw_arena_printf(arena, "%s: %s", dw_kind_name(audited->object->kind),
                                                          dw_finding_line(arena, finding))},
                strlen("warning"));
  }
}

/* Says what the existing network is, and what is wrong with it. */
static int report_existing(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  struct existing existing = {.dialog = dialog, .plan = plan};
  struct dw_audit audit = {.world = plan->world, .notify = say_finding, .context = &existing};
  cli_say(dialog, "This cluster has a migration network: %s %s names NAD %s.", dw_kind_name(plan->user->kind),
          plan->user->name, plan->network);
  dw_audit_run(&audit);
  if (existing.denials + existing.warnings == 0)
    cli_say(dialog, "Nothing is wrong with it, so there is nothing to do. To write another one: --replace");
  else
    cli_say(dialog, "Fix this (`droveway explain RULE` shows how), or write another network with --replace.");
  return existing.denials > 0 ? CLI_DENIED : CLI_OK;
}

/* --- choosing --- */

static bool is_only_unverified(const struct dw_plan_link *link) {
  for (size_t i = 0; i < link->fault_count; i++)
    if (link->faults[i].rule == NULL || strcmp(link->faults[i].rule, "master-unverified") != 0)
      return false;
  return true;
}

static int fail_links(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  if (plan->options.nic != NULL && plan->link_count > 0) {
    cli_print_error("droveway init: %s does not fit:", plan->options.nic);
    cli_say_link_faults(dialog, &plan->links[0]);
    if (is_only_unverified(&plan->links[0]))
      cli_say(dialog, "If all nodes have it, accept that this is not checked: --accept master-unverified");
    return CLI_DENIED;
  }
  if (plan->unknown_nodes == plan->network_nodes) {
    cli_print_error("droveway init: the NICs of the nodes are unknown: there are no NodeNetworkStates. Install "
                    "kubernetes-nmstate, which creates them; or name a NIC that all nodes have, and accept that nobody "
                    "checks it: --nic NAME --accept master-unverified");
    return CLI_DENIED;
  }
  cli_print_error("droveway init: no NIC or bridge of the nodes fits:");
  cli_say_links(dialog, plan, plan->link_count);
  if (plan->options.vlan == 0)
    cli_say(dialog, "Connect a NIC that is dedicated to migrations to all nodes, under one name, and bring it up; or "
                    "use a VLAN of a NIC that all nodes have: --vlan ID.");
  else
    cli_say(dialog, "Bring up a NIC, bond or bridge that carries VLAN %u on all nodes, under one name.",
            plan->options.vlan);
  return CLI_DENIED;
}

static int use_best_link(const struct cli_dialog *dialog, struct dw_plan *plan, bool yes) {
  if (dw_plan_link_is_tie(plan) && !yes) {
    cli_print_error("droveway init: several NICs or bridges fit equally well, and only you know which wire is for "
                    "migrations:");
    cli_say_links(dialog, plan, 0);
    cli_say(dialog, "Choose one with --nic NAME, or take the first one with --yes.");
    return CLI_FAILED;
  }
  plan->link = &plan->links[0];
  return CLI_OK;
}

static int fail_ranges(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  const struct dw_plan_options *options = &plan->options;
  if (options->range != NULL) {
    cli_print_error("droveway init: the range %s does not fit:", options->range);
    cli_say_faults(dialog, plan->ranges[0].text, plan->ranges[0].faults, plan->ranges[0].fault_count);
  } else if (options->bits != 0 &&
             dw_subnet_usable(!plan->v6, options->bits) < plan->needed + dw_spare_addresses(plan->needed)) {
    cli_print_error("droveway init: --size /%u is too small: it has %llu addresses, and %llu are needed, and a few to "
                    "spare; use /%u",
                    options->bits, (unsigned long long)dw_subnet_usable(!plan->v6, options->bits),
                    (unsigned long long)plan->needed, dw_subnet_bits_for(!plan->v6, plan->wanted));
  } else if (plan->refused != NULL) {
    cli_print_error("droveway init: %s is free, but does not fit:", plan->refused->text);
    cli_say_faults(dialog, plan->refused->text, plan->refused->faults, plan->refused->fault_count);
    cli_say(dialog, "Fix this; or, if it is a warning that does not matter here, accept it with --accept RULE.");
  } else {
    cli_print_error("droveway init: no range of the right size is free in the private networks; see `droveway map`, "
                    "and name one with --range");
  }
  return CLI_DENIED;
}

static int end_of_input(void) {
  fputc('\n', stderr);
  cli_print_error("droveway init: the input ended before everything was chosen; nothing was written");
  return CLI_FAILED;
}

/* Whether a person may want a VLAN, although nothing fits without one. */
static bool may_ask_for_vlan(const struct cli_dialog *dialog, const struct dw_plan *plan) {
  return dialog->asks && plan->options.nic == NULL && plan->options.vlan == 0 && plan->link_count > 0;
}

static int choose_link(const struct cli_dialog *dialog, struct dw_plan *plan, bool yes) {
  dw_plan_find_links(plan);
  if (plan->fitting_links == 0 && may_ask_for_vlan(dialog, plan))
    return cli_choose_vlan(dialog, plan) ? CLI_OK : CLI_DENIED;
  if (plan->fitting_links == 0)
    return fail_links(dialog, plan);
  if (!dialog->asks || plan->options.nic != NULL)
    return use_best_link(dialog, plan, yes);
  return cli_choose_link(dialog, plan) ? CLI_OK : end_of_input();
}

static int choose(const struct cli_dialog *dialog, struct dw_plan *plan, bool yes) {
  int status = choose_link(dialog, plan, yes);
  if (status != CLI_OK)
    return status;
  dw_plan_find_ranges(plan);
  bool given = plan->options.range != NULL;
  if ((given && plan->ranges[0].fault_count > 0) ||
      (plan->range_count == 0 && (!dialog->asks || plan->refused != NULL)))
    return fail_ranges(dialog, plan);
  if (given || !dialog->asks)
    plan->range = &plan->ranges[0];
  else if (!cli_choose_range(dialog, plan))
    return end_of_input();
  if (plan->options.name == NULL && dialog->asks && !cli_choose_name(dialog, plan))
    return end_of_input();
  return CLI_OK;
}

/* --- the final check --- */

/* Prints what `check` finds in SUBJECT, except for what the plan accepts, and returns how much it is. */
static size_t print_findings(const struct dw_plan *plan, const struct dw_subjects *subjects,
                             const struct dw_subject *subject) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_judgement judgement = dw_lint_judge(arena, subjects->world, subject);
  size_t count = 0;
  for (size_t i = 0; i < judgement.findings.count; i++) {
    const struct dw_finding *finding = &judgement.findings.items[i];
    if (finding->action != DW_ACTION_DENY && dw_plan_accepts(plan, finding->rule->id))
      continue;
    cli_print_error("%s %s/%s: %s", dw_kind_name(subject->kind), subject->ns, subject->name,
                    dw_finding_line(arena, finding));
    count++;
  }
  return count;
}

/* Judges the manifests as `check` does. CLI_OK if nothing is found. */
static int check_documents(const struct dw_plan *plan, const struct cluster *cluster,
                           const struct cli_init_files *files) {
  struct dw_subjects subjects = {.arena = dw_arena_new(0)};
  struct dw_error err = DW_ERROR_INIT;
  struct dw_buf text = DW_BUF_IN(plan->arena);
  size_t bad = 0;
  for (size_t i = 0; i < files->count; i++)
    dw_buf_printf(&text, "---\n%s", files->items[i].text);
  int status = dw_manifests_parse(subjects.arena, "init", dw_buf_text(&text), text.length, &subjects.read.first, &err);
  if (status == 0)
    status = dw_subjects_build(&subjects, dw_policy_ref(cluster->policy), &cluster->state.found, NULL, &err);
  for (size_t i = 0; status == 0 && i < subjects.count; i++)
    if (dw_kind_is_judged(subjects.items[i].kind))
      bad += print_findings(plan, &subjects, &subjects.items[i]);
  dw_subjects_free(&subjects);
  if (status != 0)
    return cli_fail(&err);
  if (bad == 0)
    return CLI_OK;
  cli_print_error("droveway init: nothing was written, because `droveway check` would find the above; fix it in the "
                  "cluster first, or accept a warning with --accept RULE");
  return CLI_DENIED;
}

/* --- all together --- */

static int confirm(const struct cli_dialog *dialog, const struct dw_plan *plan, struct cli_init_output *output) {
  char answer[CLI_ANSWER];
  char prompt[CLI_ANSWER + 32];
  if (output->folder == NULL)
    output->folder = plan->name;
  if (!dialog->asks)
    return CLI_OK;
  fputc('\n', dialog->out);
  snprintf(prompt, sizeof prompt, "Write the files to which directory? [%.200s]:", output->folder);
  if (!cli_ask(dialog, prompt, answer))
    return end_of_input();
  if (*answer != '\0')
    output->folder = dw_arena_strdup(plan->arena, answer);
  return CLI_OK;
}

static int write_documents(const struct cli_dialog *dialog, struct dw_plan *plan, const struct cluster *cluster,
                           struct arguments *arguments) {
  struct cli_init_files files = {.count = 0};
  struct dw_error err = DW_ERROR_INIT;
  files.count = dw_plan_write(plan, files.items);
  int status = check_documents(plan, cluster, &files);
  if (status != CLI_OK)
    return status;
  if (arguments->dry_run) {
    cli_init_print(&files);
    return CLI_OK;
  }
  if (arguments->output.kustomize) {
    const char *text = dw_plan_kustomization(plan, files.items, files.count);
    files.items[files.count++] =
        (struct dw_plan_document){.file = "kustomization.yaml", .what = "for kubectl apply -k", .text = text};
  }
  status = confirm(dialog, plan, &arguments->output);
  if (status != CLI_OK)
    return status;
  if (cli_init_write(&arguments->output, &files, &err) != 0)
    return cli_fail(&err);
  cli_init_say_next(dialog, plan, &arguments->output, &files, &arguments->world);
  return CLI_OK;
}

static int plan_and_write(struct dw_arena *arena, const struct cluster *cluster, struct arguments *arguments) {
  struct dw_plan plan;
  struct dw_error err = DW_ERROR_INIT;
  FILE *out = arguments->dry_run ? stderr : stdout;
  bool terminal = isatty(fileno(out)) != 0;
  struct cli_dialog dialog = {.out = out,
                              .asks = terminal && isatty(STDIN_FILENO) && !arguments->yes,
                              .width = cli_wrap_width_of(fileno(out)),
                              .color = cli_wants_color(arguments->color) && terminal};
  struct cli_dialog errors = {.out = stderr, .width = cli_wrap_width_of(STDERR_FILENO)};
  if (dw_plan_begin(arena, cluster->subjects.world, &arguments->options, &plan, &err) != 0)
    return cli_fail(&err);
  if (plan.network_exists && !plan.options.replace)
    return report_existing(&dialog, &plan);
  const char *fault = dw_plan_name_fault(&plan, plan.name);
  if (fault != NULL)
    return cli_usage("init", "invalid --name \"%s\": %s", plan.name, fault);
  if (dialog.asks)
    cli_say_cluster(&dialog, &plan);
  int status = choose(dialog.asks ? &dialog : &errors, &plan, arguments->yes);
  if (status == CLI_OK)
    status = write_documents(&dialog, &plan, cluster, arguments);
  return status;
}

static int run(struct dw_arena *arena, struct arguments *arguments) {
  struct cluster cluster = {.policy = NULL};
  struct dw_error err = DW_ERROR_INIT;
  if (cli_default_cluster("init", arena, &arguments->world) != CLI_OK)
    return CLI_FAILED;
  if (read_cluster(arena, arguments, &cluster, &err) != 0)
    return cli_fail(&err);
  cli_warn_unknown(&arguments->world, &cluster.state.gaps, "what is written may collide with them");
  int status = plan_and_write(arena, &cluster, arguments);
  free_cluster(&cluster);
  return cli_finish(status);
}

int cli_init(int argc, char **argv) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct arguments arguments = {.remotes = DW_BUF_IN(arena), .color = CLI_COLOR_AUTO};
  arguments.accepted = dw_arena_array(arena, (size_t)argc + 1, sizeof *arguments.accepted);
  arguments.excludes = dw_arena_array(arena, (size_t)argc + 1, sizeof *arguments.excludes);
  int status = read_options(argc, argv, &arguments);
  if (status == CLI_HELP)
    return help();
  return status == CLI_OK ? run(arena, &arguments) : status;
}
