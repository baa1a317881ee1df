"""`atlas ask`: a request in plain words, what was understood of it, and the ranked answer."""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console

from generator import nightly
from generator.ask_text import print_asked, print_examples, print_offers
from generator.options import AsJson, AsOf, Overlay, notes
from generator.places import checkout
from generator.plan_question import hints
from generator.plan_text import print_ranking, relaxation_words
from generator.precompute.ask import ask_pack
from generator.precompute.catalogue import planner_catalogue
from generator.precompute.usage import usage_packs
from generator.usage_commands import print_usage
from wasm_tools.ask.book import AskBook, read_ask_book
from wasm_tools.ask.catalogue_answers import plan_offer_id
from wasm_tools.ask.conversation import CATALOGUE, UNCLEAR, USAGE, Conversation, conversation
from wasm_tools.ask.record import conversation_record
from wasm_tools.ask.usage_ranking import usage_as_asked
from wasm_tools.planner import Answer, Catalogue, Ranking, answer, ranking_of, ranking_record
from wasm_tools.planner.form import named_fields, question_of_form
from wasm_tools.planner.usage import UsageRanking, read_usage_book, usage_record
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
NO_PLAN, NOT_UNDERSTOOD = 4, 5
SHOWN = 10


@commands.command(epilog='Example: atlas ask "a chatbot for 5k users in the EU, low latency is critical"')
def ask(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORDS…", help="What you need, in quotes; further ones are later turns."),
    ] = None,
    spec_only: Annotated[bool, typer.Option("--spec-only", help="Print what was understood, and no answer.")] = False,
    top: Annotated[int, typer.Option("--top", min=1, help="Plans or offers shown.")] = SHOWN,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
) -> None:
    """Say in plain English what you need; see what was understood, what is open, and the ranked answer.

    On a terminal the open questions are asked. Nothing is sent anywhere: the words are read by rules, not by a model.
    Without words nine example requests are shown. Exit code 4: no plan is possible; 5: the words said nothing to go by.
    """
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    book = read_ask_book(ask_pack(at.registry, at.places.registry, at.as_of))
    talks = on_a_terminal() and not as_json
    if not words and not talks:
        print_examples(Console(), book.examples)
        return
    catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of)
    turns: list[dict[str, Any]] = [{"text": w} for w in words or [typer.prompt("What do you need?")]]
    made = conversation(turns, book, catalogue)
    if talks:
        turns, made = _talked(turns, made, book, catalogue)
    record = conversation_record(made, turns, book, catalogue)
    if not as_json:
        print_asked(Console(), record)
    if spec_only or made.intent in (CATALOGUE, UNCLEAR):
        _offers_of_workload(made, at, record, top, as_json)
        if as_json:
            typer.echo(json.dumps({"asked": record, "ranking": record.pop("usage_ranking", None)}, ensure_ascii=False))
        elif made.intent == CATALOGUE:
            print_offers(Console(), record, top)
        raise typer.Exit(NOT_UNDERSTOOD if made.intent == UNCLEAR else 0)
    if made.intent == USAGE:
        _usage(_ranked(record["usage"], at), record, top, as_json)
        return
    _plans(record, at, catalogue, top, as_json)


def on_a_terminal() -> bool:
    """Whether somebody can answer questions."""
    return sys.stdin.isatty()


def _talked(
    turns: list[dict[str, Any]], made: Conversation, book: AskBook, catalogue: Catalogue
) -> tuple[list[dict[str, Any]], Conversation]:
    """The conversation with the open questions answered on the terminal; an empty answer is "I don't know"."""
    while made.questions:
        q = made.questions[0]
        notes.print(f"[bold]{q.text}[/] [dim]{q.why}[/]")
        for n, option in enumerate(q.options, 1):
            notes.print(f"  {n}  {option.label}", highlight=False, markup=False)
        said = typer.prompt(f"Number, own words, or nothing for: {q.unknown}", default="", show_default=False, err=True)
        turn: dict[str, Any] = {"answer": q.id, "text": said}
        if not said.strip():
            turn = {"answer": q.id, "option": "unknown"}
        elif said.strip().isdecimal() and 1 <= int(said) <= len(q.options):
            turn = {"answer": q.id, "option": int(said) - 1}
        try:
            made = conversation([*turns, turn], book, catalogue)
            turns = [*turns, turn]
        except InputError as error:
            notes.print(error.message, style="yellow", highlight=False, markup=False)
    return turns, made


def _plans(record: dict[str, Any], at: nightly.Inputs, catalogue: Catalogue, top: int, as_json: bool) -> None:
    """The ranked plans of the form record, each with the offer that it is priced by."""
    regions = record["form"].get("regions", ())
    if regions:  # each seller's cheapest place among these, as with `atlas plan --region`
        catalogue = planner_catalogue(at.registry, at.state, at.places.registry, at.as_of, regions)
    forms = [("", record["form"]), *((v["label"], v["form"]) for v in record["variants"])]
    made_of = [(label, *_answered(_kept(form, catalogue), catalogue, top)) for label, form in forms]
    if as_json:
        first = made_of[0]
        rankings = [{"label": label, **_ranking(ranking)} for label, _, ranking in made_of]
        help_words = "" if first[2].recommended else relaxation_words(first[1])
        typer.echo(
            json.dumps(
                {"asked": record, "ranking": rankings[0] | {"what_would_help": help_words}, "variants": rankings[1:]},
                ensure_ascii=False,
            )
        )
    else:
        for label, found, ranking in made_of:
            if label:
                notes.print(f"[bold]{label}[/]", highlight=False)
            print_ranking(Console(), found, ranking, top, hints(found.question))
            for rank, plan in ranking.plans[:top]:
                if offer := plan_offer_id(plan):
                    typer.echo(f"#{rank} {offer}")
    if not made_of[0][2].plans:
        raise typer.Exit(NO_PLAN)


def _kept(form: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The form without names that a catalogue of fewer regions lacks; where none is left the planner refuses one."""
    sellers = {r.provider for r in catalogue.rates} | {r.provider for r in catalogue.rentals}
    places = {r.region for r in catalogue.rates} | {r.region for r in catalogue.rentals}
    of = {"providers": sellers, "models": catalogue.models, "gpus": catalogue.gpus, "regions": places}
    kept = dict(form)
    for name, known in of.items():
        for field in (name, f"without_{name}"):
            if field in kept:
                inside = [i for i in kept[field] if i in known]
                if inside or field != name:
                    kept[field] = inside
    return kept


def _answered(form: Mapping[str, Any], catalogue: Catalogue, top: int) -> tuple[Answer, Ranking]:
    with named_fields():
        found = answer(question_of_form(form, catalogue), catalogue)
        return found, ranking_of(found, top)


def _ranking(ranking: Ranking) -> dict[str, Any]:
    record: dict[str, Any] = ranking_record(ranking)
    offers = {plan.id: plan_offer_id(plan) for _, plan in ranking.plans}
    return record | {"plans": [{**p, "offer": offers.get(p["id"], "")} for p in record["plans"]]}


def _ranked(asked: Mapping[str, Any], at: nightly.Inputs) -> UsageRanking:
    """The ranking of a workload by use; providers that do not sell it are left out of the wish."""
    packs = usage_packs(at.registry, at.state, at.places.registry, at.as_of)
    book = read_usage_book(packs[asked["workload"]])
    return usage_as_asked(asked, book)


def _usage(ranking: UsageRanking, record: Mapping[str, Any], top: int, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"asked": record, "ranking": usage_record(ranking, top)}, ensure_ascii=False))
    else:
        print_usage(ranking, top)
    if not ranking.entries:
        raise typer.Exit(NO_PLAN)


def _offers_of_workload(
    made: Conversation, at: nightly.Inputs, record: dict[str, Any], top: int, as_json: bool
) -> None:
    """A question for the cheapest of a workload is answered by its ranking for the estimate of a month."""
    if made.intent != CATALOGUE or record["usage"] is None:
        return
    ranking = _ranked(record["usage"], at)
    if as_json:
        record["usage_ranking"] = usage_record(ranking, top)
    else:
        print_usage(ranking, top)
