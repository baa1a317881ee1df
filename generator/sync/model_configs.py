"""Rows of `data/registry/model_shapes.csv` out of the config.json files of Hugging Face repositories.

The counting itself is the engine's, see wasm_tools/models: the planner's page reads pasted files with it, too.

Traps: multimodal models nest the text part in `text_config`; `head_dim` is not always width / heads (Qwen3, gpt-oss);
the same fact has up to four field names; Kimi K3 and Nemotron 3 Super and Ultra run their experts in a narrower latent
space (the naive product is twice too large); GLM-5.2 has an indexer in 21 of its 78 layers only.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from generator.registry import ShapeRow
from wasm_tools.models.architecture import Architecture, architecture, whole_vectors
from wasm_tools.models.blocks import Config, ModelConfigError

# Facts that stored files lack because whoever collected them had trimmed them, by repository.
LEFT_OUT: Mapping[str, Config] = {
    # Model card: 256K context, 1.8 B vision encoder. Sliding layers have 96 heads: `attention_other_setting` in the
    # config.json of Step-3.5-Flash, the language model that it extends.
    "stepfun-ai/Step-3.7-Flash": {
        "max_position_embeddings": 262144,
        "num_sliding_attention_heads": 96,
        "vision_config": {},
    },
    "MiniMaxAI/MiniMax-M3": {"vision_config": {}},  # model card: reads images and video
    "XiaomiMiMo/MiMo-V2-Flash": {"num_nextn_predict_layers": 3},  # its README: MTP blocks of 0.33 B
    # The conditional-generation class of both has a vision encoder; the stored files end with the text part.
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct": {"vision_config": {}},
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": {"vision_config": {}},
}


def source_text(repo: str, found: Architecture, relation: str = "") -> str:
    """Where a row comes from and what its figures leave out; `relation` tells why another model's file was taken."""
    notes = [f"computed from config.json of {repo}{relation and ', ' + relation}"]
    if found.experts:
        notes += [f"active with{' the tied' if found.tied else 'out the input'} embedding"]
    notes += ["MTP layer not counted"] if found.mtp else []
    notes += ["text part only, without the vision encoder"] if found.multimodal else []
    return "; ".join(notes)


def shape_row(repo: str, config: Config) -> ShapeRow:
    """The row of one parsed config.json. `model` is the repository's name in lower case: look it up in the registry."""
    found = architecture({**config, **LEFT_OUT.get(repo.removesuffix("-FP8"), {})})
    return ShapeRow(
        model=repo.rpartition("/")[2].lower(),
        hf_repo=repo,
        parameters_b=round(found.parameters / 1e9, 2),
        active_b=round(found.active / 1e9, 2),
        embedding_b=round(found.embedding / 1e9, 3),
        expert_b=round(found.routed / 1e9, 2),
        layers=found.layers,
        full_layers=found.full_layers,
        hidden=found.hidden,
        vocabulary=found.vocabulary,
        heads=found.heads,
        kv_heads=found.kv_heads,
        attention_width=found.attention_width,
        experts=found.experts_of_layer,
        chosen_experts=found.chosen_experts,
        kv_elements_per_token=whole_vectors(found.kv_per_token),
        windowed_elements_per_token=found.windowed,
        window=found.window,
        state_elements=found.state,
        index_elements_per_token=found.index,
        kv_note=found.kv_note,
        context=found.context,
        source=source_text(repo, found),
    )


def shape_rows(folder: Path) -> list[ShapeRow]:
    """The rows of all `<organisation>/<repository>/resolve/main/config.json` below a folder, in order of the path.

    Raises ModelConfigError naming the repository of a file that cannot be counted.
    """
    rows = []
    for path in sorted(folder.glob("*/*/resolve/main/config.json")):
        repo = "/".join(path.relative_to(folder).parts[:2])
        try:
            rows.append(shape_row(repo, json.loads(path.read_text(encoding="utf-8"))))
        except (ModelConfigError, KeyError, TypeError, ValueError) as error:
            raise ModelConfigError(f"{repo}: {error}") from error
    return rows
