"""Rules for personal data are said in a chat: more protection holds at once, less is asked back."""

from tests.world import World


async def _rules(world: World) -> str:
    return (world.project / "privacy.yaml").read_text(encoding="utf-8")


async def test_less_protection_is_asked_back_and_more_is_not(world: World) -> None:
    masked = await world.hear("mask email in customers")
    assert masked.title == "customers.email will be masked"
    assert "email: {operator: mask" in await _rules(world)

    before = await _rules(world)
    question = await world.hear("products.name is not personal data")
    weaker = await world.hear("hash email in customers")
    refused = await world.hear("generalise segment in customers to year")

    assert question.title == "Protect products.name less?"
    assert {each.name: each.value for each in question.facts}["Then"] == (
        "kept as it is, not looked at"
    )
    assert weaker.title == "Protect customers.email less?"
    assert "nothing says that it holds dates" in refused.title
    assert await _rules(world) == before

    done = await world.hear(question.buttons[0].command)
    assert done.title == "products.name is not personal data"
    assert "name: {operator: keep" in await _rules(world)

    log = await world.rows(
        "SELECT subject, detail->>'before' AS was, detail->>'after' AS is_now "
        "FROM atlas.audit_log WHERE action = 'rule changed' ORDER BY id"
    )
    assert [row["subject"] for row in log] == ["customers.email", "products.name"]
    assert log[0]["is_now"] == "masked (customers.email: mask)"
    assert log[1]["was"] == "what is found in it is protected"
