"""The workloads that have a page, in the order of their index: what they are called, and what they are."""

from dataclasses import dataclass

LLM, GPU = "llm", "gpu"


@dataclass(frozen=True, slots=True)
class WorkloadWords:
    """A workload on the pages. `noun` stands inside a sentence, such as `speech to text`."""

    id: str
    title: str
    noun: str
    what: str

    @property
    def path(self) -> str:
        """Where its page lies."""
        return f"workloads/{self.id}/"


WORKLOADS = (
    WorkloadWords(LLM, "Language models", "language models", "text in, text out, billed by tokens"),
    WorkloadWords("embeddings", "Embeddings", "embeddings", "text, images or sound turned into vectors"),
    WorkloadWords("rerank", "Reranking", "reranking", "search results put into a better order"),
    WorkloadWords("speech-to-text", "Speech to text", "speech to text", "recordings and streams written down"),
    WorkloadWords("text-to-speech", "Text to speech", "text to speech", "text read aloud"),
    WorkloadWords("realtime", "Realtime voice", "realtime voice", "a conversation by voice in one model"),
    WorkloadWords("image", "Image generation", "image generation", "pictures made from words or other pictures"),
    WorkloadWords("video", "Video generation", "video generation", "clips made from words or pictures"),
    WorkloadWords("vision", "Vision and documents", "vision and documents", "pages and pictures read"),
    WorkloadWords("moderation", "Moderation", "moderation", "content judged against rules"),
    WorkloadWords("search", "Web search", "web search", "searches that a model or a program asks for"),
    WorkloadWords(GPU, "Rented GPUs", "rented GPUs", "accelerators by the hour"),
)
BY_ID = {w.id: w for w in WORKLOADS}
