"""Settings as the query string of a link."""

from urllib.parse import urlencode

from app.domain.data_options import DATASETS
from app.domain.fields import NAMES, exact
from app.domain.settings import Settings

# Each link says its version, so that old links keep their meaning once the form changes; those
# without one have version 1.
LINK_VERSION = 1
# In bytes. A QR code holds about 2300.
LONGEST_LINK = 1500
# The loss that a target of two classes begins with, and any other target.
USUAL_LOSS = {"classes": "cross_entropy", "numbers": NAMES["loss"].default}


def usual_loss(dataset: str) -> str:
    """The loss of a link that names none: that with which the page's menu begins the data set. A
    person's own data are not known to a link."""
    known = DATASETS.get(dataset)
    return USUAL_LOSS["classes" if known and known.classes else "numbers"]


def query(settings: Settings) -> str:
    """The link's version and each setting that differs from its default, of the loss from the data
    set's own, in the order of the fields: `v=1&learning_rate=0.1&optimizer=adam`. A person's own
    data are never part of it."""
    default = Settings().choices() | {"loss": usual_loss(settings.dataset)}
    return urlencode(
        {"v": LINK_VERSION}
        | {
            name: value if isinstance(value, str) else exact(value)
            for name, value in settings.choices().items()
            if value != default[name]
        },
        safe=",",
    )
