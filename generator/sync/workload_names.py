"""The workload of a model: modalities that its payload states first, then words in its id, else a language model.

The vocabulary has no word for music, so that songs and sounds count as generated audio (`text-to-speech`), and reading
of documents is `vision`. A model that looks at pictures and answers in text is a language model.
"""

import re
from collections.abc import Collection
from functools import lru_cache

# Tried in order: "bge-reranker" is a reranker although bge is an embedding family, and a transcriber that listens to a
# live stream is a transcriber.
_WORDS = (
    ("rerank", r"rerank|semantic-ranker|llama-rank"),
    (
        "embeddings",
        r"embed|(^|[/.-])(bge|gte|e5|voyage|jina-clip|jina-colbert|m2-bert|uae|multilingual-e5)[-_]|sentence-transformers|minilm|mpnet",
    ),
    ("moderation", r"moderation|guard(?!ian-gen)|content[-_]safety"),
    (
        "speech-to-text",
        r"whisper|transcri|scribe|parakeet|[-_/.](asr|stt)([-_/.]|$)|(^|/)chirp[-_][23]"
        r"|(^|/)deepgram/(?!(deepgram/)?aura)",
    ),
    ("realtime", r"realtime|[-_]live([-_.@]|$)|native-audio|nova-(?:\d[-\d]*-)?sonic|grok-voice(?!-tts)"),
    (
        "text-to-speech",
        r"(^|[-_/.])tts([-_/.]|$)|orpheus|[-_]speech([-_/.]|$)|(^|/)speech-[0-9]|eleven_|polly/|kokoro|(^|/)aura(-[0-9]|$)"
        r"|lyria|(^|[-_/.])music([-_/.]|$)",
    ),
    ("vision", r"(^|[-_./])ocr|ocr([-_./]|$)|document-ai|doc-intelligence|(^|[/-])parse-v\d"),
    (
        "video",
        r"(^|[-_/.])(t2v|i2v|r2v)([-_/.]|$)|(text|image|reference)-to-video|(^|/)(sora|veo)-?\d|gemini[-_]omni(?=[-_])"
        r"|seedance|hailuo|(^|[/-])kling(?!.*image-generation)|(^|/)wan-?\d\.\d-(?!image)|cogvideo|hunyuan-?video|happyhorse|imagine-video",
    ),
    ("search", r"(^|/)(deep_)?search$"),
)
_SEARCHES = tuple((workload, re.compile(pattern)) for workload, pattern in _WORDS)
_ANY_WORD = re.compile("|".join(pattern for _, pattern in _WORDS))  # most ids have none: one search instead of nine
_IMAGE_WORDS = re.compile(
    r"image|banana|dall-e|stable-diffusion|sdxl|(^|[/.-])(flux(?![a-z])|sd3)|seedream|ideogram|recraft|nova-canvas|playground-v\d"
)
# Diffusion models are billed by the picture or the second: a price per token in their entry is something else.
_DIFFUSION = re.compile(
    r"(^|[/.-])flux(?![a-z])|stable-diffusion|sdxl|qwen-image|(^|/)(wan-?\d|sd3|ssd-1b|playground-v\d)"
)
# Kinds of output that name the task. Embeddings and scores are no text, although some payloads say so.
_TASKS = {
    "embeddings": "embeddings",
    "embedding": "embeddings",
    "rerank": "rerank",
    "speech": "text-to-speech",
    "transcription": "speech-to-text",
}

# What answers with a vector, a score or speech calls no tools, and Google's first picture model cannot search either.
_TOOLLESS = frozenset({"embeddings", "rerank", "text-to-speech"})
_NO_TOOLS = re.compile(r"(text|omni)-moderation|gemini-2\.5-flash-image")
CALLS_NO_TOOLS = "the model calls no tools"


def workload_of(model_id: str, inputs: Collection[str] = (), outputs: Collection[str] = ()) -> str:
    """A workload id. `inputs` and `outputs` are modalities (text, image, audio, video), empty when not stated."""
    name = model_id.lower()
    for kind in outputs:
        if kind in _TASKS:
            return _TASKS[kind]
    named = ""
    if _ANY_WORD.search(name):
        named = next(workload for workload, search in _SEARCHES if search.search(name))
    if outputs and "text" not in outputs:
        if "video" in outputs:
            return "video"
        if "image" in outputs:
            return "image"
        if "audio" in outputs:
            return named if named == "realtime" else "text-to-speech"
    if inputs and set(inputs) <= {"audio"}:
        return "speech-to-text"
    return named or ("image" if _IMAGE_WORDS.search(name) else "llm")


@lru_cache(maxsize=8192)
def counts_no_tokens(model_id: str) -> bool:
    """Whether the id names a family of diffusion models, which know no tokens."""
    return _DIFFUSION.search(model_id.lower()) is not None


def calls_no_tools(workload: str, model_id: str) -> bool:
    """Whether a price of searches in the entry of this model is a tool of its neighbours that it cannot call itself."""
    return workload in _TOOLLESS or _NO_TOOLS.search(model_id.lower()) is not None
