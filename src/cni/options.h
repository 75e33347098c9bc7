/* What the plugins' own code accepts in a configuration: a table for each plugin, which mirrors the upstream file that
 * is named above it. The tables have only options that no other rule checks: the rule interface-name checks `master`,
 * `bridge` and `device`; vlan-range checks `vlan` and trunks; ipam_types.c checks whereabouts; ipam_ovn.c and ovn.c
 * check OVN-Kubernetes. */
#ifndef CNI_OPTIONS_H
#define CNI_OPTIONS_H

#include "cni/cni_internal.h"

enum dw_option_type {
  DW_OPTION_TEXT,
  DW_OPTION_BOOL,
  DW_OPTION_INT,    /* an int in Go */
  DW_OPTION_UINT32, /* Go does not accept "-0" as an unsigned number */
  DW_OPTION_UINT64,
  DW_OPTION_TEXTS,    /* a list of strings */
  DW_OPTION_OBJECT,   /* `members` */
  DW_OPTION_OBJECTS,  /* a list of such objects */
  DW_OPTION_LISTS,    /* a list of lists of such objects */
  DW_OPTION_BOOL_MAP, /* a map, whose keys are arbitrary and case-sensitive */
  DW_OPTION_TEXT_MAP
};

/* The required form of a string. */
enum dw_option_form {
  DW_FORM_ANY,
  DW_FORM_MAC,       /* what net.ParseMAC accepts, or "" */
  DW_FORM_ETHERNET,  /* the same with 6 bytes, and an address that the kernel accepts for an interface */
  DW_FORM_HARDWARE,  /* the same, or longer: the kernel uses the first 6 bytes */
  DW_FORM_ADDRESS,   /* a net.IP: an address or "" */
  DW_FORM_CIDR,      /* a types.IPNet: an address with a length; null and "" are not accepted */
  DW_FORM_INTERFACE, /* an interface name, or "" */
  DW_FORM_CHAIN,     /* a name for an iptables chain, or "" */
  DW_FORM_DIGITS,    /* a number as text */
  DW_FORM_DHCP       /* a DHCP option: a known name, or a number from 0 to 255 */
};

struct dw_option;
struct dw_options {
  const struct dw_option *rows;
  size_t count;
};
/* ROWS as a struct dw_options. */
#define DW_OPTIONS(rows)                                                                                               \
  { (rows), sizeof(rows) / sizeof *(rows) }

struct dw_option {
  const char *name;
  enum dw_option_type type;
  struct dw_options members; /* of objects */
  const char *const *words;  /* the allowed values of a string, ended by NULL; include "" if it is accepted */
  bool any_case;             /* the words in any letter case */
  enum dw_option_form form;
  int64_t low, high; /* the bounds of a number, if they differ */
};

#define DW_ROW(option, kind)                                                                                           \
  { .name = (option), .type = DW_OPTION_##kind }
#define DW_ROW_OF(option, kind, table)                                                                                 \
  { .name = (option), .type = DW_OPTION_##kind, .members = DW_OPTIONS(table) }
#define DW_ROW_LIKE(option, shape)                                                                                     \
  { .name = (option), .type = DW_OPTION_TEXT, .form = DW_FORM_##shape }
#define DW_ROW_AMONG(option, list)                                                                                     \
  { .name = (option), .type = DW_OPTION_TEXT, .words = (list) }

#define DW_ROW_WITHIN(option, lowest, highest)                                                                         \
  { .name = (option), .type = DW_OPTION_INT, .low = (lowest), .high = (highest) }

/* The state of one option in a wrong combination. */
enum dw_option_state {
  DW_IS_TRUE = 1,
  DW_IS_GIVEN,  /* present and not null */
  DW_IS_ABSENT, /* the opposite */
  DW_IS_SET,    /* not absent, null, "", 0, false or empty */
  DW_IS_UNSET,  /* the opposite */
  DW_IS_WORD,   /* the string `word`, in any letter case */
  DW_IS_OTHER,  /* a string other than `word` and `second` */
  DW_IS_SHORT   /* a list with fewer than two elements */
};
struct dw_condition {
  const char *path; /* "args.cni.sysctl" */
  enum dw_option_state state;
  const char *word, *second;
};

#define DW_WHERE(option, is)                                                                                           \
  { .path = (option), .state = DW_IS_##is }

enum { DW_CONDITIONS_MAX = 4 };

/* Options that a plugin rejects together. It is wrong if all conditions are true; the field of the first is reported.
 */
struct dw_combination {
  struct dw_condition conditions[DW_CONDITIONS_MAX];
  const char *what, *fix;
  enum dw_fault_kind kind;
};

/* The state of checking one plugin's configuration. */
struct dw_reading {
  struct dw_arena *arena;
  struct dw_cni_config *config;
  enum dw_fault_kind kind; /* of the faults that are added next */
  const dw_json *mac;      /* the MAC address that the plugin uses if it has several; NULL if it has none */
  const char *path; /* of the values whose faults are added next, if their field is not one because it has dots; NULL */
};

struct dw_plugin_options {
  const char *type;
  struct dw_options options;
  const struct dw_combination *combinations;
  size_t combination_count;
  /* Checks what the rows can't express. Called if the rows found nothing. May be NULL. */
  void (*check)(struct dw_reading *reading, const struct dw_value *plugin);
};
#define DW_COMBINATIONS(rows) .combinations = (rows), .combination_count = sizeof(rows) / sizeof *(rows)

struct dw_plugin_table {
  const struct dw_plugin_options *plugins;
  size_t count;
};
extern const struct dw_plugin_table dw_main_options;   /* options_main.c: containernetworking's plugins/main */
extern const struct dw_plugin_table dw_meta_options;   /* options_meta.c: plugins that only change an interface */
extern const struct dw_plugin_table dw_device_options; /* options_device.c: SR-IOV, Open vSwitch, bond */
extern const struct dw_plugin_table dw_ipam_options;   /* options_ipam.c, by ipam.type */

/* Adds a fault about VALUE, unless its field already has one, and returns it for the edit that fixes it; NULL if
 * nothing was added. WHAT and FIX must live as long as the configuration; FIX may be NULL. The fix "remove it" has its
 * change already. */
struct dw_cni_fault *dw_fault_add(struct dw_reading *reading, const struct dw_value *value, const char *what,
                                  const char *fix) __attribute__((nonnull(1, 2, 3)));
/* The same for a fault that does not occur with every version or on every node. */
struct dw_cni_fault *dw_fault_add_uncertain(struct dw_reading *reading, const struct dw_value *value, const char *what,
                                            const char *fix) __attribute__((nonnull(1, 2, 3)));

/* Adds "must be WANTED, not a ...". */
void dw_fault_wrong_type(struct dw_reading *reading, const struct dw_value *value, const char *wanted)
    __attribute__((nonnull));

/* Adds the fault of a plugin that fails without an IPAM plugin (vlan.go:187, ptp.go:191, dummy.go:84, cmdAdd()), if
 * there is none. The rule ipam-syntax reports an `ipam` of a wrong type. */
void dw_fault_without_ipam(struct dw_reading *reading, const struct dw_value *plugin) __attribute__((nonnull));

/* Returns true if iptables can create a chain with this name. */
bool dw_is_chain_name(const char *text) __attribute__((nonnull));

/* options_local.c: what host-local and static reject in addition to single values. */
void dw_check_host_local(struct dw_reading *reading, const struct dw_value *plugin) __attribute__((nonnull));
void dw_check_static(struct dw_reading *reading, const struct dw_value *plugin) __attribute__((nonnull));

/* Checks the members of OBJECT, whose type is correct, against a table. */
void dw_options_check(struct dw_reading *reading, const struct dw_value *object, const struct dw_options *options)
    __attribute__((nonnull));

#endif
