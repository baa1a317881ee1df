"""The planner: one ranked list of ways to serve a workload."""

from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.pack import read_catalogue
from wasm_tools.planner.plan import Plan, plan_record
from wasm_tools.planner.question import Limits, Question, Wishes
from wasm_tools.planner.ranking import Answer, Ranking, answer, ranked_plans, ranking_of, ranking_record

__all__ = [
    "Answer", "Catalogue", "Limits", "Plan", "Question", "Ranking", "Wishes", "answer", "plan_record", "ranked_plans",
    "ranking_of", "ranking_record", "read_catalogue",
]  # fmt: skip
