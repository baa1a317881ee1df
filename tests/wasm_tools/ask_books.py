"""The vocabulary and the planner's catalogue of the committed data, read once a session."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from generator.places import Places, checkout
from generator.precompute.ask import ask_pack
from generator.precompute.catalogue import planner_catalogue
from generator.registry import Registry, load_registry
from generator.sync.state import State, load_state
from wasm_tools.ask.book import AskBook, read_ask_book
from wasm_tools.ask.conversation import Conversation, conversation
from wasm_tools.ask.record import conversation_record
from wasm_tools.planner import Catalogue


@dataclass(frozen=True, slots=True)
class Inputs:
    """What `nightly.inputs` gives of the committed data, without what a night needs besides."""

    places: Places
    registry: Registry
    state: State
    as_of: str


@cache
def inputs() -> Inputs:
    places = checkout()
    state = load_state(places.state)
    return Inputs(places, load_registry(places.registry), state, state.newest_observation)


@cache
def pack() -> dict[str, Any]:
    """The pack as the page gets it: through JSON."""
    at = inputs()
    made: dict[str, Any] = json.loads(json.dumps(ask_pack(at.registry, at.places.registry, at.as_of)))
    return made


@cache
def book() -> AskBook:
    return read_ask_book(pack())


@cache
def planned() -> Catalogue:
    at = inputs()
    return planner_catalogue(at.registry, at.state, at.places.registry, at.as_of)


def talk(*turns: str | dict[str, Any]) -> Conversation:
    return conversation([{"text": t} if isinstance(t, str) else t for t in turns], book(), planned())


def record(*turns: str | dict[str, Any]) -> dict[str, Any]:
    given = [{"text": t} if isinstance(t, str) else t for t in turns]
    return conversation_record(conversation(given, book(), planned()), given, book(), planned())
