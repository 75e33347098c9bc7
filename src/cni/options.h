/* What the plugins' own code accepts in a configuration: a table for each plugin, which mirrors the upstream file that
 * is named above it. Only what no other rule reads: `master`, `bridge` and `device` belong to interface-name, `vlan`
 * and trunks to vlan-range, whereabouts to ipam_types.c, OVN-Kubernetes to ipam_ovn.c. */
#ifndef CNI_OPTIONS_H
#define CNI_OPTIONS_H

#include "cni/cni_internal.h"

enum dw_option_type {
  DW_OPTION_TEXT,
  DW_OPTION_BOOL,
  DW_OPTION_INT,    /* Go's int */
  DW_OPTION_UINT32, /* "-0" is not an unsigned number to Go */
  DW_OPTION_UINT64,
  DW_OPTION_TEXTS,    /* a list of strings */
  DW_OPTION_OBJECT,   /* `members` */
  DW_OPTION_OBJECTS,  /* a list of them */
  DW_OPTION_LISTS,    /* a list of lists of them */
  DW_OPTION_BOOL_MAP, /* keys of a map are anything, in just this letter case */
  DW_OPTION_TEXT_MAP
};

/* What a string must look like. */
enum dw_option_form {
  DW_FORM_ANY,
  DW_FORM_MAC,       /* as net.ParseMAC reads it, or "" */
  DW_FORM_ETHERNET,  /* that, of 6 bytes, and an address that the kernel gives to an interface */
  DW_FORM_HARDWARE,  /* that, or a longer one, of which the kernel takes the first 6 bytes */
  DW_FORM_ADDRESS,   /* net.IP: an address or "" */
  DW_FORM_CIDR,      /* types.IPNet: an address with a length; null and "" are none */
  DW_FORM_INTERFACE, /* an interface name, or "" */
  DW_FORM_CHAIN,     /* the name of an iptables chain, or "" */
  DW_FORM_DIGITS,    /* a number as text */
  DW_FORM_DHCP       /* a DHCP option: a known name, or a number up to 255 */
};

struct dw_option;
struct dw_options {
  const struct dw_option *rows;
  size_t count;
};
/* The table ROWS. */
#define DW_OPTIONS(rows)                                                                                               \
  { (rows), sizeof(rows) / sizeof *(rows) }

struct dw_option {
  const char *name;
  enum dw_option_type type;
  struct dw_options members; /* of objects */
  const char *const *words;  /* the only values of a string, the last one NULL; "" among them where it is accepted */
  bool any_case;             /* ... in any letter case */
  enum dw_option_form form;
  int64_t low, high; /* of a number, where they differ */
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

/* What one option must be for a combination to be wrong. */
enum dw_option_state {
  DW_IS_TRUE = 1,
  DW_IS_GIVEN,  /* there, and not null */
  DW_IS_ABSENT, /* the opposite */
  DW_IS_SET,    /* neither "", 0, false nor empty */
  DW_IS_UNSET,  /* the opposite */
  DW_IS_WORD,   /* the string `word`, in any letter case */
  DW_IS_OTHER,  /* a string, but neither `word` nor `second` */
  DW_IS_SHORT   /* a list of less than two elements */
};
struct dw_condition {
  const char *path; /* "args.cni.sysctl" */
  enum dw_option_state state;
  const char *word, *second;
};

#define DW_WHERE(option, is)                                                                                           \
  { .path = (option), .state = DW_IS_##is }

enum { DW_CONDITIONS_MAX = 4 };

/* Options that a plugin refuses together: wrong where all conditions hold. The first one's field is reported. */
struct dw_combination {
  struct dw_condition conditions[DW_CONDITIONS_MAX];
  const char *what, *fix;
  enum dw_fault_kind kind;
};

/* Reads one plugin's configuration. */
struct dw_reading {
  struct dw_arena *arena;
  struct dw_cni_config *config;
  enum dw_fault_kind kind; /* of the faults that are found now */
  const dw_json *mac;      /* the plugin's MAC address that wins over others; NULL where it has none */
};

struct dw_plugin_options {
  const char *type;
  struct dw_options options;
  const struct dw_combination *combinations;
  size_t combination_count;
  /* What no row can say; run where the rows found nothing. May be NULL. */
  void (*check)(struct dw_reading *reading, const struct dw_value *plugin);
};
#define DW_COMBINATIONS(rows) .combinations = (rows), .combination_count = sizeof(rows) / sizeof *(rows)

struct dw_plugin_table {
  const struct dw_plugin_options *plugins;
  size_t count;
};
extern const struct dw_plugin_table dw_main_options;   /* options_main.c: containernetworking's plugins/main */
extern const struct dw_plugin_table dw_meta_options;   /* options_meta.c: those that only change an interface */
extern const struct dw_plugin_table dw_device_options; /* options_device.c: SR-IOV, Open vSwitch, bond */
extern const struct dw_plugin_table dw_ipam_options;   /* options_ipam.c, by ipam.type */

/* Adds a fault about VALUE, unless one is known for its field. WHAT and FIX live as long as the configuration. */
void dw_fault_add(struct dw_reading *reading, const struct dw_value *value, const char *what, const char *fix)
    __attribute__((nonnull(1, 2, 3)));
/* The same for a fault that is not certain. */
void dw_fault_doubt(struct dw_reading *reading, const struct dw_value *value, const char *what, const char *fix)
    __attribute__((nonnull(1, 2, 3)));

/* Adds "must be WANTED, is a ...". */
void dw_fault_wrong_type(struct dw_reading *reading, const struct dw_value *value, const char *wanted)
    __attribute__((nonnull));

/* Adds the fault of a plugin that runs its IPAM plugin even where there is none: vlan.go:187, ptp.go:191, dummy.go:84
 * cmdAdd(). An `ipam` of a wrong type is ipam-syntax's. */
void dw_fault_without_ipam(struct dw_reading *reading, const struct dw_value *plugin) __attribute__((nonnull));

/* Whether iptables can make a chain of this name. */
bool dw_is_chain_name(const char *text) __attribute__((nonnull));

/* options_local.c: what host-local and static refuse besides single values. */
void dw_check_host_local(struct dw_reading *reading, const struct dw_value *plugin) __attribute__((nonnull));
void dw_check_static(struct dw_reading *reading, const struct dw_value *plugin) __attribute__((nonnull));

/* Checks OBJECT, which is one, by its table. */
void dw_options_check(struct dw_reading *reading, const struct dw_value *object, const struct dw_options *options)
    __attribute__((nonnull));

#endif
