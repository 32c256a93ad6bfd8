import pytest

from portal.outbound.addresses import choose_addresses, is_public, is_registrable, reached_address
from portal.outbound.errors import Blocked, Unreachable

FORBIDDEN = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "192.0.0.192", "168.63.129.16", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254", "::ffff:192.0.0.192",
    "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
    "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1",
    "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1",
    "2001:0:5ef5:79fd:0:59d:80ff:fffe",
)  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_refused_in_every_spelling(address: str) -> None:
    assert not is_public(reached_address(address))
    with pytest.raises(Blocked):
        choose_addresses("somewhere.example", 80, is_registered=False, resolve=lambda host, port: (address,))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_is_allowed(address: str) -> None:
    assert choose_addresses("x.example", 443, is_registered=False, resolve=lambda host, port: (address,)) == (address,)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.9", "fd00::5"])
def test_a_registered_host_may_be_private(address: str) -> None:
    assert is_registrable(reached_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "192.0.0.192",
        "168.63.129.16",
        "100.100.100.200",
        "fd00:ec2::254",
        "fe80::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "::ffff:169.254.169.254",
    ],
)
def test_a_registered_host_may_never_be_link_local_or_a_group(address: str) -> None:
    assert not is_registrable(reached_address(address))


def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    with pytest.raises(Blocked, match=r"x\.example:443"):
        choose_addresses("x.example", 443, is_registered=False, resolve=lambda host, port: ("8.8.8.8", "10.0.0.1"))


def test_an_unknown_name_is_told_with_its_name() -> None:
    def resolve(host: str, port: int) -> tuple[str, ...]:
        raise OSError("no such name")

    with pytest.raises(Unreachable, match=r"nowhere\.example"):
        choose_addresses("nowhere.example", 443, is_registered=False, resolve=resolve)


def test_a_name_without_addresses_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        choose_addresses("empty.example", 443, is_registered=False, resolve=lambda host, port: ())
