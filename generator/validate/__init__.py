"""Checks of manifests that need packages: YAML, schemas, PromQL, kustomize. The other rules are the engine's."""
