#!/usr/bin/env bash
# A post-renderer for helm: the webhook runs outside the cluster, so the webhook configurations get its URL instead of its Service.
set -euo pipefail
kubectl patch --local -f - --type=merge -p '{}' -o json |
  jq --arg url "https://localhost:$WEBHOOK_PORT" 'if .webhooks then .webhooks[].clientConfig |= (.url = $url + .service.path | del(.service)) else . end' |
  sed 's/^{$/---\n{/'
