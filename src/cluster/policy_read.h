/* Reading a policy file into a policy that holds the defaults already. */
#ifndef CLUSTER_POLICY_READ_H
#define CLUSTER_POLICY_READ_H

#include "cluster/policy.h"
#include "yaml/yaml.h"

struct dw_policy_reader {
  struct dw_policy *policy; /* what is read goes here */
  const struct dw_yaml_doc *doc;
  const char *const *rules; /* the known rule ids */
  size_t rule_count;
  struct dw_error *err;
};

/* A value of the document and its path, as dw_yaml_locate() takes it. */
struct dw_policy_node {
  const char *path;
  const dw_json *json; /* NULL where absent */
};

struct dw_policy_node dw_policy_child(const struct dw_policy_reader *r, const struct dw_policy_node *parent,
                                      const char *key) __attribute__((nonnull));
struct dw_policy_node dw_policy_item(const struct dw_policy_reader *r, const struct dw_policy_node *list, size_t index)
    __attribute__((nonnull));

/* "PATH: what", at the place of the value; -1. */
int dw_policy_fail(const struct dw_policy_reader *r, const struct dw_policy_node *at, const char *format, ...)
    __attribute__((nonnull, format(printf, 3, 4)));

/* 0 where NODE is an object that holds none but the known keys, else -1. */
int dw_policy_check_object(const struct dw_policy_reader *r, const struct dw_policy_node *node, const char *const *keys,
                           size_t count) __attribute__((nonnull));
/* A non-empty string, or NULL after an error. */
const char *dw_policy_text(const struct dw_policy_reader *r, const struct dw_policy_node *node)
    __attribute__((nonnull));

/* The lists of networks: clusterNetworks and remoteClusters. -1 on error. */
int dw_policy_read_cluster_networks(struct dw_policy_reader *r, const struct dw_policy_node *node)
    __attribute__((nonnull));
int dw_policy_read_remote_clusters(struct dw_policy_reader *r, const struct dw_policy_node *node)
    __attribute__((nonnull));

/* The whole document. */
int dw_policy_read(struct dw_policy_reader *r) __attribute__((nonnull));

#endif
