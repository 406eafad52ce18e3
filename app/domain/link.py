"""Settings as the query string of a link."""

from urllib.parse import urlencode

from app.domain.fields import exact
from app.domain.settings import Settings

# Each link says its version, so that old links keep their meaning once the form changes; those
# without one have version 1.
LINK_VERSION = 1
# In bytes. A QR code holds about 2300.
LONGEST_LINK = 1500


def query(settings: Settings) -> str:
    """The link's version and each setting that differs from its default, in the order of the
    fields: `v=1&learning_rate=0.1&optimizer=adam`. A person's own data are never part of it."""
    default = Settings()
    return urlencode(
        {"v": LINK_VERSION}
        | {
            name: value if isinstance(value, str) else exact(value)
            for name, value in settings.choices().items()
            if value != getattr(default, name)
        },
        safe=",",
    )
