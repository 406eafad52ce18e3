"""Whether a class reaches the server, and what to try if it does not."""

from collections.abc import Callable, Collection, Iterable
from threading import Event
from typing import Any

from app.lan_address import LOOPBACK

PATIENCE = 60.0
HINT = """
No other device has opened the page so far. If the class has tried to:
- Type the address in full, with http:// and the number at its end.
- Are they in the same network as this computer? A phone's mobile data is not. If this computer has
  several addresses, the class needs the one of its own network.
- Does this computer's firewall let them in? It must allow incoming connections to Python, at port
  {port}, also in a network that Windows calls public.
- A guest or school Wi-Fi often keeps its devices apart. Then use a phone's hotspot or a cable, or
  give the class a saved page: More views, Share and take away, This sweep as a page.
docs/classroom.md says more."""


class Visitors:
    """A WSGI application that notes in `came` when another machine asks for something."""

    def __init__(self, application: Callable[..., Iterable[bytes]], own: Collection[str]) -> None:
        self.application = application
        self.own = {*own, *LOOPBACK}
        self.came = Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Passes the request on."""
        # A server at :: sees IPv4 addresses in the form of IPv6.
        if str(environ.get("REMOTE_ADDR")).removeprefix("::ffff:") not in self.own:
            self.came.set()
        return self.application(environ, start_response)


def hint_without_visitors(
    wait: Callable[[float], bool], port: int, say: Callable[[str], None]
) -> None:
    """Says once what to try if nobody has come within PATIENCE.

    wait  as `Visitors.came.wait`: waits so many seconds at most, and whether somebody came
    """
    if not wait(PATIENCE):
        say(HINT.format(port=port))
