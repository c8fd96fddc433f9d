"""routes.yaml as it is read, and every way to get it wrong, told with its line."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.cards import Severity
from engine.catalog.model import Layer, Project
from engine.catalog.reader import read_project, read_what_stands
from engine.catalog.routing import (
    Condition,
    Escalation,
    Hours,
    Maintenance,
    Matching,
    QuietHours,
    Route,
    Routes,
    Stretch,
    covers,
)
from engine.errors import ProjectError
from engine.topics import Kind

FILES = {
    "atlas.yaml": """\
name: Shop
owners:
  sales: {name: Sales team, contact: "@lea"}
  crm: {name: Customer relations, contact: crm@example.com}
pipelines: {all: {stages: [ingest, silver, gold]}}
routes: {quality: "#data"}
""",
    "tables/orders.yaml": """\
source: {format: csv, path: orders.csv}
key: [id]
columns: {id: {}}
owner: sales
tags: [finance]
""",
    "models/revenue.sql": "SELECT count(*) AS orders FROM silver.orders",
    "models/revenue.yaml": "owner: crm\n",
}
BERLIN = "Europe/Berlin"


def read(folder: Path, routes: str, **files: str) -> Project:
    """A project with those routes."""
    for name, text in {**FILES, "routes.yaml": routes, **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return read_project(folder)


def told(folder: Path, routes: str, **files: str) -> list[str]:
    """The mistakes of a project with those routes."""
    with pytest.raises(ProjectError) as caught:
        read(folder, routes, **files)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_without_the_file_the_channels_of_the_project_are_all_there_is(tmp_path: Path) -> None:
    routing = read(tmp_path, "").routing

    assert [*routing.routes, *routing.quiet, *routing.maintenance, *routing.escalation] == []
    assert routing.defaults == Routes("#data", "#privacy", "#data-alerts")
    assert [owner.id for owner in routing.owners] == ["sales", "crm"]


def test_a_route_is_read_with_one_word_or_a_list_of_them(tmp_path: Path) -> None:
    routes = """\
match: first
routes:
  - name: money
    when: {kind: [quality, run], severity: warning, layer: gold, owner: crm, dataset: "gold.*"}
    to: ["#finance", "teams:@lea"]
    mention: "@lea"
  - name: finance
    when: {severity: [warning, info], tag: finance, dataset: [orders]}
    to: owner
"""

    routing = read(tmp_path, routes).routing

    assert routing.matching is Matching.FIRST
    assert routing.routes == (
        Route(
            "money",
            Condition(
                kinds=(Kind.QUALITY, Kind.RUN),
                severities=(Severity.WARNING, Severity.CRITICAL),
                layers=(Layer.GOLD,),
                owners=("crm",),
                datasets=("gold.*",),
            ),
            ("#finance", "teams:@lea"),
            ("@lea",),
        ),
        Route(
            "finance",
            Condition(
                severities=(Severity.WARNING, Severity.INFO),
                tags=("finance",),
                datasets=("orders",),
            ),
            ("owner",),
        ),
    )


def test_hours_days_and_moments_are_read_in_their_zone(tmp_path: Path) -> None:
    routes = """\
timezone: Europe/Berlin
quiet_hours:
  - {from: 22:00, until: 07:00, days: [fri, weekend], let_through: warning, channels: "#sales"}
  - {from: "00:00", until: "24:00", days: sunday, timezone: UTC}
maintenance:
  - {from: 2026-12-24, until: 2026-12-26, reason: closed}
  - {from: 2026-12-24 22:00, until: "2026-12-24T23:00+00:00", dataset: gold.revenue}
  - {from: 02:00, until: 04:00, layer: bronze}
escalation: {after: 30 minutes, to: "@lea"}
"""

    routing = read(tmp_path, routes).routing

    berlin = ZoneInfo(BERLIN)
    assert routing.quiet == (
        QuietHours(
            Hours(time(22), time(7), BERLIN, frozenset({5, 6, 0})), Severity.WARNING, ("#sales",)
        ),
        QuietHours(Hours(time(), time(), "UTC", frozenset({0}))),
    )
    closed = Stretch(datetime(2026, 12, 24, tzinfo=berlin), datetime(2026, 12, 27, tzinfo=berlin))
    evening = Stretch(
        datetime(2026, 12, 24, 22, tzinfo=berlin), datetime(2026, 12, 24, 23, tzinfo=UTC)
    )
    assert routing.maintenance == (
        Maintenance(closed, reason="closed"),
        Maintenance(evening, Condition(datasets=("gold.revenue",))),
        Maintenance(Hours(time(2), time(4), BERLIN), Condition(layers=(Layer.BRONZE,))),
    )
    assert routing.escalation == (Escalation(timedelta(minutes=30), ("@lea",)),)


ROUTE = "routes:\n  - name: a\n    to: '#a'\n"


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        (f"{ROUTE}    when: {{kind: qualty}}", "4: routes.0.when.kind: .*mean 'quality'"),
        (f"{ROUTE}    when: {{owner: sale}}", "4: there is no owner 'sale'; did you mean 'sales'"),
        (f"{ROUTE}    when: {{tag: finanse}}", "4: there is no tag 'finanse'; did you mean 'fin"),
        (
            f"{ROUTE}    when:\n      dataset:\n        - orders\n        - gold.revenu",
            "7: there is no dataset 'gold.revenu'; did you mean 'gold.revenue'",
        ),
        (f"{ROUTE}    when: {{severty: info}}", "4: unknown key .*; did you mean 'severity'"),
        (
            f"{ROUTE}    when: {{layer: bronze, dataset: gold.revenue}}",
            "4: no dataset of the project fits all of this",
        ),
        (f"{ROUTE}    when: {{layer: gold, tag: finance}}", "4: no dataset of the project fits"),
        (f"{ROUTE}  - name: a\n    to: '#b'", "4: another route is called 'a' already"),
        ("routes:\n  - {name: a, to: finance}", "2: routes.0.to: write a channel such as"),
        ("routes:\n  - {name: a, to: ownr}", "2: .*, or owner; did you mean 'owner'"),
        ("routes:\n  - name: a\n    to: []", "3: routes.0.to: name one at least"),
        (
            "routes:\n  - name: a\n    when: {owner: crm}\n    to: owner",
            "4: no contact of crm is a channel such as",
        ),
        ("match: frist", "1: match: .*; did you mean 'first'"),
        ("timezone: Europe/Berln", "1: there is no time zone 'Europe/Berln'; did you mean 'Eu"),
        (
            "quiet_hours:\n  - {from: 22:00, until: 07:00, timezone: Mars}",
            "2: there is no time zone 'Mars'",
        ),
        ("quiet_hours: {from: 22:00, until: 22:00}", "1: it ends when it begins"),
        ("quiet_hours: {from: 00:00, until: 24:00}", "1: this never ends: name the days"),
        ("quiet_hours: {from: 25:00, until: 07:00}", "1: quiet_hours.from: write a clock time"),
        ("quiet_hours: {from: 22:00}", "1: the key 'quiet_hours.*until' is missing"),
        (
            "quiet_hours: {from: 22:00, until: 07:00, days: fryday}",
            "1: quiet_hours.days: write a day .*; did you mean 'friday'",
        ),
        (
            "quiet_hours: {from: 22:00, until: 07:00, let_through: info}",
            "1: quiet_hours.let_through: ",
        ),
        (
            "maintenance:\n  - from: 2026-12-24\n    until: 2026-12-23",
            "3: it ends before it begins",
        ),
        ("maintenance: {from: 2026-12-24, until: 04:00}", "1: from and until are both clock"),
        (
            "maintenance: {from: 2026-12-24, until: 2026-12-25, days: friday}",
            "1: days go with clock times",
        ),
        ("maintenance: {from: soon, until: 2026-12-25}", "1: maintenance.from: write a day such"),
        ("maintenance: {from: 02:00, until: 04:00, layer: gld}", "1: .*did you mean 'gold'"),
        ("escalation: {after: 0 minutes, to: owner}", "1: leave people some time"),
        ("escalation: {after: soon, to: owner}", "1: escalation.after: write a time span"),
        ("rotes: []", "1: unknown key 'rotes'; did you mean 'routes'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, routes: str, said: str) -> None:
    (mistake,) = told(tmp_path, routes)

    assert re.match(f"routes.yaml:{said}", mistake), mistake


def test_a_route_behind_one_that_takes_all_of_it_is_told_where_the_first_counts(
    tmp_path: Path,
) -> None:
    routes = """\
routes:
  - {name: gold, when: {layer: [gold, silver]}, to: "#a"}
  - {name: money, when: {layer: gold, severity: critical}, to: "#b"}
  - {name: else, when: {severity: critical}, to: "#c"}
"""

    assert len(read(tmp_path, routes).routing.routes) == 3
    assert told(tmp_path, f"match: first\n{routes}") == [
        "routes.yaml:4: this never matches: 'gold' above takes all that it could"
    ]


def test_what_a_table_with_mistakes_may_have_is_no_second_mistake(tmp_path: Path) -> None:
    routes = "routes: [{name: a, to: '#a', when: {tag: finance, dataset: orders}}]"
    broken = FILES["tables/orders.yaml"] + "colour: red\n"

    (mistake,) = told(tmp_path, routes, **{"tables/orders.yaml": broken})

    assert mistake.startswith("tables/orders.yaml:6: unknown key 'colour'")


def test_a_mistake_of_another_kind_hides_none(tmp_path: Path) -> None:
    routes = "routes: [{name: a, to: '#a', when: {tag: finanse}}]"

    first, second = told(tmp_path, routes, **{"exposures.yaml": "exposure: []\n"})

    assert first.startswith("exposures.yaml:1: unknown key 'exposure'")
    assert second.startswith("routes.yaml:1: there is no tag 'finanse'")


def test_a_file_with_another_ending_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, "", **{"routes.yml": ""}) == [
        "routes.yml: nobody reads this file: call it routes.yaml"
    ]


def test_a_condition_covers_a_narrower_one_and_never_a_broader_one() -> None:
    gold = Condition(layers=(Layer.GOLD,))
    money = Condition(layers=(Layer.GOLD,), tags=("finance",))

    assert covers(Condition(), gold)
    assert covers(gold, money)
    assert covers(money, money)
    assert not covers(money, gold)
    assert not covers(gold, Condition())


def test_a_project_stands_without_routes_that_have_mistakes(tmp_path: Path) -> None:
    wrong = "routes: [{name: money, when: {kind: qualty}, to: '#finance'}]"
    (line,) = told(tmp_path, wrong)

    project = read_what_stands(tmp_path)

    assert [str(each) for each in project.set_aside] == [line]
    assert line.startswith("routes.yaml:1: ")
    assert "did you mean 'quality'?" in line
    assert project.routing.routes == ()
    assert project.routing.defaults.quality == "#data"


def test_a_project_stands_without_exposures_that_have_mistakes(tmp_path: Path) -> None:
    wrong = "exposures: [{name: CFO, reads: [gold.revenu]}, {name: Board, reads: [gold.revenue]}]"
    (line,) = told(tmp_path, "routes: []", **{"exposures.yaml": wrong})

    project = read_what_stands(tmp_path)

    assert "did you mean 'gold.revenue'?" in line
    assert [str(each) for each in project.set_aside] == [line]
    assert project.exposures == ()


def test_a_project_does_not_stand_with_any_other_mistake(tmp_path: Path) -> None:
    routes = "routes: [{name: money, to: 3}]"
    both = told(tmp_path, routes, **{"models/revenue.yaml": "owner: nobody"})

    with pytest.raises(ProjectError) as caught:
        read_what_stands(tmp_path)

    assert [str(each) for each in caught.value.mistakes] == both
    assert {each.split(":")[0] for each in both} == {"models/revenue.yaml", "routes.yaml"}
