#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "certs/pki_internal.h"

bool dw_pki_is_ip(const char *name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

/* Writes NAME in lower case to OUT. Returns false if it is not a valid DNS name. */
static bool dns_name(const char *name, char out[256]) {
  size_t length = strlen(name);
  if (length == 0 || length > 253)
    return false;
  for (size_t i = 0; i <= length; i++)
    out[i] = (char)tolower((unsigned char)name[i]);
  return dw_is_dns_subdomain(strncmp(out, "*.", 2) == 0 ? out + 2 : out);
}

static GENERAL_NAME *ip_entry(const char *name) {
  GENERAL_NAME *entry = GENERAL_NAME_new();
  ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);
  if (entry == NULL || address == NULL) {
    GENERAL_NAME_free(entry);
    ASN1_OCTET_STRING_free(address);
    return NULL;
  }
  GENERAL_NAME_set0_value(entry, GEN_IPADD, address);
  return entry;
}

static GENERAL_NAME *dns_entry(const char *name) {
  GENERAL_NAME *entry = GENERAL_NAME_new();
  ASN1_IA5STRING *text = ASN1_IA5STRING_new();
  if (entry == NULL || text == NULL || ASN1_STRING_set(text, name, -1) != 1) {
    GENERAL_NAME_free(entry);
    ASN1_IA5STRING_free(text);
    return NULL;
  }
  GENERAL_NAME_set0_value(entry, GEN_DNS, text);
  return entry;
}

static bool already_there(GENERAL_NAMES *all, GENERAL_NAME *entry) {
  for (int i = 0; i < sk_GENERAL_NAME_num(all); i++)
    if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(all, i), entry) == 0)
      return true;
  return false;
}

static int add_name(GENERAL_NAMES *all, const char *name, struct dw_error *err) {
  char lower[256];
  GENERAL_NAME *entry = NULL;
  if (dw_pki_is_ip(name))
    entry = ip_entry(name);
  else if (dns_name(name, lower))
    entry = dns_entry(lower);
  else
    return dw_error_set(err, DW_ERR_USAGE, "\"%s\" is not a valid DNS name or IP address", name);
  if (entry == NULL)
    return dw_pki_error(err, "can't create a certificate name");
  if (already_there(all, entry)) {
    GENERAL_NAME_free(entry);
    return 0;
  }
  if (sk_GENERAL_NAME_push(all, entry) > 0)
    return 0;
  GENERAL_NAME_free(entry);
  return dw_pki_error(err, "can't create a certificate name");
}

GENERAL_NAMES *dw_pki_alt_names(const struct dw_pki_names *names, struct dw_error *err) {
  if (names->count == 0 || names->count > DW_PKI_MOST_NAMES) {
    dw_error_set(err, DW_ERR_USAGE, "a certificate can have 1 to %d names, not %zu", DW_PKI_MOST_NAMES, names->count);
    return NULL;
  }
  GENERAL_NAMES *all = sk_GENERAL_NAME_new_null();
  if (all == NULL) {
    dw_pki_error(err, "can't create the certificate's names");
    return NULL;
  }
  for (size_t i = 0; i < names->count; i++) {
    if (add_name(all, names->list[i], err) == 0)
      continue;
    GENERAL_NAMES_free(all);
    return NULL;
  }
  return all;
}

static void print_ip(const ASN1_OCTET_STRING *address, struct dw_buf *out) {
  char text[INET6_ADDRSTRLEN] = "";
  int length = ASN1_STRING_length(address);
  if (length == 4 || length == 16)
    inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
  dw_buf_puts(out, text[0] == '\0' ? "(no IP address)" : text);
}

/* A certificate from elsewhere may contain any bytes. */
static void print_ascii(const ASN1_STRING *text, struct dw_buf *out) {
  const unsigned char *bytes = ASN1_STRING_get0_data(text);
  for (int i = 0; i < ASN1_STRING_length(text); i++)
    dw_buf_putc(out, bytes[i] > 0x20 && bytes[i] < 0x7F ? (char)bytes[i] : '?');
}

int dw_pki_list_names(X509 *cert, struct dw_buf *out) {
  GENERAL_NAMES *all = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
  int listed = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
    const GENERAL_NAME *entry = sk_GENERAL_NAME_value(all, i);
    if (entry->type != GEN_DNS && entry->type != GEN_IPADD)
      continue;
    dw_buf_puts(out, listed++ > 0 ? ", " : "");
    if (entry->type == GEN_DNS)
      print_ascii(entry->d.dNSName, out);
    else
      print_ip(entry->d.iPAddress, out);
  }
  GENERAL_NAMES_free(all);
  return listed;
}

bool dw_pki_has_name(X509 *cert, const char *name) {
  if (dw_pki_is_ip(name))
    return X509_check_ip_asc(cert, name, 0) == 1;
  return X509_check_host(cert, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
}
