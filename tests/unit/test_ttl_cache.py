"""The cache whose values expire."""

from app.trainers.ttl_cache import TtlCache


def test_an_expired_value_is_not_returned() -> None:
    now = [1000.0]
    cache: TtlCache[str] = TtlCache(8, lambda: now[0])
    cache.put("a", "data", 1010)
    now[0] = 1009.99
    assert cache.get("a") == "data"
    now[0] = 1010
    assert cache.get("a") is None
    cache.put("b", "other", 2000)
    assert len(cache._kept) == 1


def test_reading_or_putting_an_equal_value_does_not_extend_its_life() -> None:
    now = [0.0]
    cache: TtlCache[str] = TtlCache(8, lambda: now[0])
    cache.put("a", "data", 10)
    for moment in (3, 6, 9.9):
        now[0] = moment
        assert cache.put("a", "data", moment + 10) == cache.get("a") == "data"
    now[0] = 10
    assert cache.get("a") is None
    assert cache.put("a", "new", 20) == cache.get("a") == "new"


def test_only_the_newest_values_are_kept() -> None:
    cache: TtlCache[int] = TtlCache(3)
    for one in range(5):
        cache.put(str(one), one, float("inf"))
    assert [cache.get(str(one)) for one in range(5)] == [None, None, 2, 3, 4]
