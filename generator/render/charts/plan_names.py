"""The name of a plan in one line, from the few fields that it needs: whole records of thousands take seconds."""

from generator.render.plan_words import Names, name_words
from wasm_tools.planner.plan import Plan


def plan_name(plan: Plan, names: Names) -> str:
    """`Open 70B on 2 × H100 SXM at Neocloud, spot`, as on the plan pages."""
    c = plan.configuration
    return name_words(
        {
            "gpu": c.gpu if c else "",
            "tensor_parallel": c.tensor_parallel if c else None,
            "replicas": c.replicas if c else None,
            "model": plan.model,
            "provider": plan.provider,
            "kind": plan.kind,
        },
        names,
    )
