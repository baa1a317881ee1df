"""The rules of manifests that need nothing but the files themselves, so that they also run in the browser.

Each rule looks at a view of a folder and yields findings. `RULES` is the whole list; schemas, PromQL and kustomize are
checked by the generator, which has the packages for them.
"""

from collections.abc import Callable, Iterator

from wasm_tools.manifests.checks.cross_fields import cross_field_findings
from wasm_tools.manifests.checks.dashboards import dashboard_findings
from wasm_tools.manifests.checks.engine_flags import (
    admission_findings,
    flag_findings,
    remote_code_findings,
    shell_findings,
)
from wasm_tools.manifests.checks.folder import (
    exclusion_findings,
    identity_findings,
    machine_findings,
    placeholder_findings,
)
from wasm_tools.manifests.checks.hardware import image_findings, label_findings
from wasm_tools.manifests.checks.kserve import kserve_findings
from wasm_tools.manifests.checks.names import name_findings, quantity_findings
from wasm_tools.manifests.checks.parts import Finding
from wasm_tools.manifests.checks.pod_life import end_findings, memory_findings, rights_findings, start_findings
from wasm_tools.manifests.checks.references import port_findings, reference_findings, selector_findings
from wasm_tools.manifests.checks.scalers import bound_findings, scaler_findings, trigger_findings
from wasm_tools.manifests.checks.sizes import gpu_findings, length_findings, plan_number_findings
from wasm_tools.manifests.checks.view import View

RULES: tuple[Callable[[View], Iterator[Finding]], ...] = (
    cross_field_findings,
    name_findings,
    quantity_findings,
    selector_findings,
    port_findings,
    reference_findings,
    scaler_findings,
    kserve_findings,
    bound_findings,
    trigger_findings,
    flag_findings,
    gpu_findings,
    length_findings,
    admission_findings,
    start_findings,
    end_findings,
    memory_findings,
    image_findings,
    rights_findings,
    label_findings,
    remote_code_findings,
    shell_findings,
    plan_number_findings,
    dashboard_findings,
    placeholder_findings,
    exclusion_findings,
    identity_findings,
    machine_findings,
)


def findings(view: View) -> list[Finding]:
    """Every finding of the rules, in the order of rule, file and place, each once."""
    found = {finding for rule in RULES for finding in rule(view)}
    return sorted(found, key=lambda f: (f.rule, f.path, f.where, f.message))
