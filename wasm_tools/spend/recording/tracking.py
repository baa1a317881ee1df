"""Recording a call around the code that makes it: a decorator for functions, a block for everything else.

@track_cost
def ask(text): return client.responses.create(…)

with track(provider="aws-bedrock", model="…") as call:
    call.reply(client.converse(…))
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, overload

from wasm_tools.spend.recording.streams import status_of
from wasm_tools.spend.recording.tracked_call import TrackedCall


def track(
    *,
    provider: str = "",
    model: str = "",
    endpoint: str = "",
    tier: str = "",
    tags: Mapping[str, object] | None = None,
) -> TrackedCall:
    """A block (`with`, `async with`) in which a call is made. What is said here holds before what a reply says."""
    return TrackedCall({"provider": provider, "model": model, "endpoint": endpoint, "tier": tier}, tags)


@overload
def track_cost[**P, R](function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def track_cost[**P, R](
    *,
    provider: str = "",
    model: str = "",
    endpoint: str = "",
    tier: str = "",
    tags: Mapping[str, object] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def track_cost(function: Callable[..., Any] | None = None, /, **said: Any) -> Any:
    """Record every call of a function that returns a provider's reply, or a stream of its events; `said` as `track`.

    Functions, coroutine functions, generators and async generators; with and without arguments.
    """
    if function is None:
        return lambda decorated: track_cost_of(decorated, said)
    return track_cost_of(function, said)


def track_cost_of(function: Callable[..., Any], said: Mapping[str, Any]) -> Callable[..., Any]:
    """The function, recording its calls."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: Any, **named: Any) -> Any:
            return await _awaited(track(**said), function(*args, **named))

        return awaited

    @functools.wraps(function)
    def called(*args: Any, **named: Any) -> Any:
        call = track(**said)
        try:
            result = function(*args, **named)
        except BaseException as error:
            call.finish(status_of(error))
            raise
        return _awaited(call, result) if inspect.isawaitable(result) else call.result(result)

    return called


async def _awaited(call: TrackedCall, result: Awaitable[Any]) -> Any:
    try:
        reply = await result
    except BaseException as error:
        call.finish(status_of(error))
        raise
    return call.result(reply)
