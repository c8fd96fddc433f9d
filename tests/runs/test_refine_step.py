"""What the refine step looks at before it decides how columns are protected."""

from engine.catalog.model import ColumnType, Operator
from engine.testing.warehouse import FixedDelivery
from tests.builders import a_column, a_project, a_table
from tests.workshop import Workshop


async def test_numbers_too_short_to_be_personal_are_not_examined() -> None:
    numbers = [a_column(name, type=ColumnType.INTEGER) for name in ("short", "long")]
    table = a_table(columns=[a_column("id", Operator.KEEP), *numbers])
    delivery = FixedDelivery("day 1", ("id", "short", "long"), (("1", "12345678", "123456789"),))
    shop = Workshop(a_project([table], ()), deliveries={"customers": (delivery,)})

    await shop.run("medallion")

    assert shop.detector.examined == ["long"]
