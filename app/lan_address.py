"""The addresses at which other machines on the local network reach this one."""

import ctypes
import ipaddress
import socket
import sys
from typing import Any

EVERYWHERE = ("0.0.0.0", "::")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def own_address() -> str | None:
    """This machine's IPv4 address on its local network, or None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only chooses the interface that leads outside.
            probe.connect(("192.0.2.1", 9))
            address = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if address in LOOPBACK else address


def own_addresses() -> list[str]:
    """All IPv4 addresses of this machine but its loopback ones, the one of `own_address` first.

    A machine with cable and Wi-Fi, a VPN or containers has several, and only a person knows in
    which of their networks the class is.
    """
    first = own_address()
    found = [*([first] if first else []), *_of_interfaces(), *_of_name()]
    return [one for one in dict.fromkeys(found) if not ipaddress.ip_address(one).is_loopback]


class _Entry(ctypes.Structure):
    """The beginning of getifaddrs(3)'s struct ifaddrs, which is the same on Linux and BSD."""


_Entry._fields_ = [
    ("next", ctypes.POINTER(_Entry)),
    ("name", ctypes.c_char_p),
    ("flags", ctypes.c_uint),
    ("address", ctypes.POINTER(ctypes.c_ubyte)),
]


def _of_interfaces() -> list[str]:
    """The IPv4 addresses of all network interfaces; empty on Windows, which has no getifaddrs."""
    if sys.platform == "win32":
        return []
    library, first = ctypes.CDLL(None), ctypes.POINTER(_Entry)()
    if library.getifaddrs(ctypes.byref(first)):
        return []
    found, entry = [], first
    while entry:
        if entry.contents.address and _family(entry.contents.address) == socket.AF_INET:
            found.append(".".join(map(str, entry.contents.address[4:8])))
        entry = entry.contents.next
    library.freeifaddrs(first)
    return found


def _family(address: Any) -> int:
    """Of a struct sockaddr: its first two bytes; on BSD, and so on a Mac, its second byte."""
    return int(address[0] | address[1] << 8 if sys.platform == "linux" else address[1])


def _of_name() -> list[str]:
    """The addresses of this machine's name: on Windows all of them."""
    try:
        return socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        return []
