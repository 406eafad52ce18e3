"""The callbacks. Each translates a request: parse it, ask the engine, return the answer."""

from collections.abc import Sequence

from dash import Dash

from app.domain.user_data import UserData
from app.lessons.course import Course
from app.meter import Meter
from app.trainers.experiment_cache import ExperimentCache
from app.trainers.ttl_cache import TtlCache
from callbacks import browser, inspection, lesson, mapping, sharing, training, user_data
from callbacks.blocks import Blocks
from callbacks.requests import MOST_KEPT


def register(
    app: Dash,
    cache: ExperimentCache,
    course: Course,
    listens_on: str | None = None,
    ancestors: Sequence[str] = (),
    meter: Meter | None = None,
) -> None:
    """Registers every callback with `app`.

    listens_on  the address on which the server listens, if it is known
    ancestors   the origins whose pages may embed the page
    """
    uploads: TtlCache[UserData] = TtlCache(MOST_KEPT)
    blocks = Blocks(meter)
    training.register(app, cache, uploads, blocks)
    inspection.register(app, cache, uploads, blocks)
    mapping.register(app, cache, uploads)
    user_data.register(app)
    lesson.register(app, course)
    sharing.register(app, cache, uploads, listens_on, ancestors)
    browser.register(app)
