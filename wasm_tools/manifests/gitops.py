"""The folder of a plan in a Git repository, kept in step with a cluster: by Argo CD or by Flux."""

from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain, yaml_text

GIT_REPOSITORY = "https://edit-git.example.com/plans.git"
OVERLAY = "kustomize/overlays/production"


def gitops_files(spec: ServingSpec) -> dict[str, str]:
    """An Argo CD Application, and a Flux source with its Kustomization. Replicas belong to the scaler, not to Git."""
    path = f"{spec.plan_id}/{OVERLAY}"
    application: Plain = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": spec.plan_id, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": {"repoURL": GIT_REPOSITORY, "targetRevision": "HEAD", "path": path},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": spec.namespace},
            "ignoreDifferences": [
                {
                    "group": "apps",
                    "kind": "Deployment",
                    "name": spec.plan_id,
                    "jsonPointers": ["/spec/replicas"],
                }
            ],
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                "syncOptions": ["RespectIgnoreDifferences=true"],
            },
        },
    }
    source: Plain = {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": spec.plan_id, "namespace": "flux-system"},
        "spec": {"interval": "5m", "url": GIT_REPOSITORY, "ref": {"branch": "main"}},
    }
    kustomization: Plain = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": spec.plan_id, "namespace": "flux-system"},
        "spec": {
            "interval": "10m",
            "path": f"./{path}",
            "prune": True,
            "sourceRef": {"kind": "GitRepository", "name": spec.plan_id},
        },
    }
    return {
        "gitops/argocd-application.yaml": yaml_text(application),
        "gitops/flux.yaml": f"{yaml_text(source)}---\n{yaml_text(kustomization)}",
    }
