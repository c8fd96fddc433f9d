"""Time zones are found by the names that people use."""

import pytest

from engine.timezones import close_zones, is_zone, zone_called


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("berlin", "Europe/Berlin"),
        ("europe berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("america new york", "America/New_York"),
        ("utc", "UTC"),
        ("cet", "CET"),
        ("pacific", "America/Los_Angeles"),
        ("singapore", "Asia/Singapore"),
        ("kathmandu", "Asia/Kathmandu"),
        ("atlantis", None),
        ("", None),
    ],
)
def test_a_zone_is_called_by_its_city_its_name_or_what_its_people_say(
    said: str, zone: str | None
) -> None:
    assert zone_called(said.split()) == zone
    assert zone is None or is_zone(zone)


def test_a_zone_that_nearly_has_the_name_is_close() -> None:
    assert close_zones("Berln")[0] == "Europe/Berlin"
    assert close_zones("Europe/Berln")[0] == "Europe/Berlin"
    assert close_zones("new yrk")[0] == "America/New_York"
    assert close_zones("qqqqqq") == ()


@pytest.mark.parametrize("name", ["", "Europe/Atlantis", "../../etc/passwd", "berlin\x00", "/"])
def test_what_is_no_zone_is_none(name: str) -> None:
    assert not is_zone(name)
