"""The workload of a model: modalities that its payload states first, then words in its id, else a language model."""

import re
from collections.abc import Collection

# Tried in order: "bge-reranker" is a reranker although bge is an embedding family.
_WORDS = (
    ("rerank", r"rerank"),
    ("embeddings", r"embed|(^|[/.-])(bge|gte|e5|voyage|jina-clip)[-_]"),
    ("moderation", r"moderation|guard(?!ian-gen)|content-safety"),
    ("realtime", r"realtime|[-_]live([-_.]|$)"),
    ("speech-to-text", r"whisper|transcri|scribe|[-_/](asr|stt)([-_/.]|$)"),
    ("text-to-speech", r"(^|[-_/])tts([-_/.]|$)|orpheus|[-_]speech([-_/.]|$)"),
    ("vision", r"(^|[-_./])ocr|ocr([-_./]|$)"),
)
_SEARCHES = tuple((workload, re.compile(pattern)) for workload, pattern in _WORDS)
_IMAGE_WORDS = re.compile(r"image|banana|dall-e|stable-diffusion|(^|[/-])flux")


def workload_of(model_id: str, inputs: Collection[str] = (), outputs: Collection[str] = ()) -> str:
    """A workload id. `inputs` and `outputs` are modalities (text, image, audio, video), empty when not stated."""
    name = model_id.lower()
    named = next((workload for workload, search in _SEARCHES if search.search(name)), "")
    if outputs and "text" not in outputs:
        if "video" in outputs:
            return "video"
        if "image" in outputs:
            return "image"
        if "audio" in outputs:
            return named if named == "realtime" else "text-to-speech"
    if inputs and set(inputs) <= {"audio"}:
        return "speech-to-text"
    if not named and _IMAGE_WORDS.search(name) and (not outputs or "image" in outputs):
        return "image"
    return named or "llm"
