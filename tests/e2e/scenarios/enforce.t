API servers that can't compile the match conditions refuse the folder enforce, and say why; nothing is registered then. They accept
enforce-pre-1.30.

  $ . "$E2E/scenario.sh"
  $ register() { objects "overlays/self-managed/$1" | kubectl apply --dry-run=server -f - 2>&1; }
  $ refused_folder() { ! register "$1" >output && grep -q "unsupported syntax '\.?'" output && grep -q 'ValidatingWebhookConfiguration.* is invalid' output; }
  $ if [ "$ENFORCE" = enforce ]; then register enforce >/dev/null && echo as expected; else refused_folder enforce && echo as expected; fi
  as expected
  $ register enforce-pre-1.30 | sed 's/ configured\| unchanged//'
  mutatingwebhookconfiguration.admissionregistration.k8s.io/droveway (server dry run)
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway (server dry run)
