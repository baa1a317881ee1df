"""The planner: one ranked list of ways to serve a workload."""

from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.pack import read_catalogue
from wasm_tools.planner.plan import Plan, plan_record
from wasm_tools.planner.ranking import Ranking, ranked_plans, ranking_record

__all__ = ["Catalogue", "Plan", "Ranking", "plan_record", "ranked_plans", "ranking_record", "read_catalogue"]
