"""The address for a class, and the hint when no device of it arrives."""

import re
import socket
from pathlib import Path

import pytest

from app.lan_address import own_address, own_addresses
from app.web.visitors import PATIENCE, Visitors, hint_without_visitors

# The kernel's own list: each address with what it is.
KNOWN = Path("/proc/net/fib_trie")


def visited(*addresses: str) -> Visitors:
    visitors = Visitors(lambda environ, start: [], ["10.1.2.3"])
    for address in addresses:
        assert visitors({"REMOTE_ADDR": address}, None) == []
    return visitors


def said_after(visitors: Visitors, waited: list[float]) -> list[str]:
    """What is said after a wait that takes no time."""
    said: list[str] = []
    wait = lambda seconds: waited.append(seconds) or visitors.came.is_set()  # noqa: E731
    hint_without_visitors(wait, 8123, said.append)
    return said


@pytest.mark.parametrize(
    ("addresses", "has_come"),
    [
        ((), False),
        # The teacher alone, at each of this machine's addresses.
        (("127.0.0.1", "::1", "10.1.2.3", "::ffff:10.1.2.3"), False),
        (("127.0.0.1", "10.1.2.4"), True),
        (("::ffff:10.1.2.4",), True),
    ],
)
def test_a_hint_comes_only_if_no_other_machine_has_asked(
    addresses: tuple[str, ...], has_come: bool
) -> None:
    waited: list[float] = []
    said = said_after(visited(*addresses), waited)
    assert waited == [PATIENCE]
    assert [bool(re.search("firewall.*8123", one, re.DOTALL)) for one in said] == [True] * (
        not has_come
    )


def test_the_hint_names_a_document_that_exists() -> None:
    (said,) = said_after(visited(), [])
    (named,) = re.findall(r"docs/\S+\.md", said)
    assert (Path(__file__).parents[2] / named).exists()


def test_all_addresses_are_this_machines_and_the_one_outside_is_first() -> None:
    found = own_addresses()
    assert found[:1] == ([own_address()] if own_address() else [])
    for address in found:
        # A machine can listen at its own addresses only.
        with socket.socket() as listener:
            listener.bind((address, 0))


@pytest.mark.skipif(not KNOWN.exists(), reason="Linux only")
def test_no_address_is_left_out() -> None:
    local = re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", KNOWN.read_text())
    assert {one for one in local if not one.startswith("127.")} == set(own_addresses())
