"""Whether plans are made by search or by matching."""

from apps.dispatch.engine.settings import PlannerSettings


def is_searched(settings: PlannerSettings) -> bool:
    """Whether there is a compiler for the search, and rounds to do."""
    if settings.routes_rounds == 0:
        return False
    # Late: numba takes half a second to import, and most processes that know the engine's words never plan.
    from apps.dispatch.engine.compiled import COMPILED

    return COMPILED
