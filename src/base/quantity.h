/* Kubernetes resource quantities ("64Mi", "1e9", "0.5"). Source: k8s.io/apimachinery pkg/api/resource/quantity.go. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdbool.h>

/* Whether TEXT is a quantity. SIGN (may be NULL) receives -1, 0 or 1. */
bool dw_quantity_parse(const char *text, int *sign) __attribute__((nonnull(1), warn_unused_result));

/* The value of the quantity TEXT, rounded to a double; 0 if TEXT is not a quantity. */
double dw_quantity_value(const char *text) __attribute__((nonnull));

/* The suffix of the quantity TEXT: "Mi", "m", "" ... If TEXT is not a quantity: whatever follows the number. */
const char *dw_quantity_suffix(const char *text) __attribute__((nonnull, returns_nonnull));

#endif
