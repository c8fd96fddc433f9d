"""What each command does and how to say it, for help texts."""

from engine.commands import (
    AcceptChecks,
    AcceptFinding,
    Audit,
    Backfill,
    BackfillStatus,
    CancelRun,
    CheckAnonymity,
    CheckQuality,
    ConfirmErasure,
    DeleteQuarantine,
    DeleteSchedule,
    DescribePipeline,
    ErasePerson,
    ExpectValues,
    ExplainRun,
    FindPerson,
    Help,
    ListErasures,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    ListSchedules,
    PauseSchedule,
    PrivacyReport,
    QualityReport,
    RejectFinding,
    ReleaseQuarantine,
    ResumeSchedule,
    RetryRun,
    RevealValue,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    SchedulePipeline,
    SetPrivacyRule,
    SuggestChecks,
    WhoAmI,
    WithdrawErasure,
)
from skills.language.alert_examples import ALERT_EXAMPLES
from skills.language.example import Explained
from skills.language.people_examples import PEOPLE_EXAMPLES
from skills.language.vocabulary import Vocabulary

__all__ = ["EXAMPLES", "EXAMPLE_VOCABULARY", "Explained", "explained"]

EXAMPLE_VOCABULARY = Vocabulary(
    pipelines=("ingest", "bronze_to_silver", "silver_to_gold", "medallion"),
    tables=("customers", "orders", "support_tickets"),
    datasets=(
        "bronze.customers", "bronze.orders", "bronze.support_tickets", "silver.customers",
        "silver.orders", "silver.support_tickets", "gold.revenue",
    ),
    makers=(
        ("silver.customers", "bronze_to_silver"),
        ("silver.orders", "bronze_to_silver"),
        ("silver.support_tickets", "bronze_to_silver"),
        ("gold.revenue", "silver_to_gold"),
    ),
    columns=("order_id", "unit_price", "status", "email", "phone", "birth_date", "note"),
    columns_in=(
        ("customers", "email"), ("customers", "phone"), ("customers", "birth_date"),
        ("orders", "order_id"), ("orders", "unit_price"), ("orders", "status"), ("orders", "note"),
        ("support_tickets", "email"),
    ),
    consumers=("CFO dashboard",),
    owners=(("sales", "Sales team"), ("crm", "Customer relations team")),
)  # fmt: skip
"""The names that the example sentences use."""


EXAMPLES: tuple[Explained, ...] = (
    Explained(
        RunPipeline,
        "Runs a pipeline, for one table or for all of its tables.",
        ("run pipeline bronze_to_silver for customers", "start medallion", "ingest orders"),
    ),
    Explained(
        RunPipeline,
        "Shows what a run would do, and touches nothing.",
        (
            "dry run medallion for orders",
            "what would medallion for orders do?",
            "run bronze_to_silver for orders as a dry run",
        ),
    ),
    Explained(
        RunPipeline,
        "Makes a table anew from all of its rows, not only from new ones.",
        (
            "rebuild silver.orders from scratch",
            "run bronze_to_silver for orders with full refresh",
            "fully refresh orders",
        ),
    ),
    Explained(
        Backfill,
        "Runs a table's rows again day by day, one run a day.",
        (
            "backfill orders from 1 March to 15 March",
            "backfill bronze_to_silver for orders from 2026-03-01 to 2026-03-15",
            "backfill orders for yesterday, 3 at a time",
        ),
    ),
    Explained(
        BackfillStatus,
        "Says how a backfill is going.",
        ("how is the backfill going?", "how is the backfill of orders going?"),
    ),
    Explained(
        RunStatus,
        "Says how a run is going.",
        ("status 7K3M9QXA", "how is the customers run going?", "is bronze_to_silver done?"),
    ),
    Explained(
        ListRuns,
        "Lists the latest runs, by status, pipeline, table or time.",
        ("what failed last night?", "show failed runs since Monday", "what's running?"),
    ),
    Explained(
        ExplainRun,
        "Explains why a run failed.",
        ("why did the customers run fail?", "explain 7K3M9QXA", "what went wrong with medallion?"),
    ),
    Explained(
        CancelRun,
        "Stops a run; what it published before stays.",
        ("cancel 7K3M9QXA", "stop the orders run", "cancel"),
    ),
    Explained(
        RetryRun,
        "Takes a failed or cancelled run up again where it stopped, or at a step.",
        (
            "retry 7K3M9QXA from the quality gate",
            "retry the orders run",
            "retry 7K3M9QXA and accept the change",
        ),
    ),
    Explained(
        SchedulePipeline,
        "Runs a pipeline by itself, again and again or once.",
        (
            "run bronze_to_silver for orders every weekday at 9am Berlin time",
            "schedule medallion every 2 hours",
            "run ingest tomorrow at 18:30",
        ),
    ),
    Explained(
        ListSchedules,
        "Shows what is scheduled, and when it runs next.",
        ("what is scheduled?", "list schedules", "show schedule SCH-3"),
    ),
    Explained(
        PauseSchedule,
        "Lets a schedule start nothing until it is resumed.",
        ("pause schedule SCH-3", "pause the orders schedule"),
    ),
    Explained(
        ResumeSchedule,
        "Lets a paused schedule start runs again.",
        ("resume schedule SCH-3", "resume the orders schedule"),
    ),
    Explained(
        DeleteSchedule,
        "Ends a schedule for good.",
        ("delete schedule SCH-3", "remove the orders schedule"),
    ),
    Explained(
        ListPipelines,
        "Lists the pipelines and tables that there are.",
        ("what pipelines are there?", "show tables"),
    ),
    Explained(
        DescribePipeline,
        "Describes a pipeline step by step.",
        ("describe medallion", "what does bronze_to_silver do?"),
    ),
    Explained(
        CheckQuality,
        "Runs the quality checks of a table now.",
        ("check quality of silver.customers", "check orders", "validate gold.revenue"),
    ),
    Explained(
        QualityReport,
        "Says how good a table is by its last checks, or how good all are, and what changed.",
        (
            "how good is silver.customers?",
            "quality report since Monday",
            "how has orders been over the last two weeks?",
        ),
    ),
    Explained(
        ListQuarantine,
        "Shows which rows were put aside, and why.",
        (
            "show quarantined rows of orders",
            "what is in quarantine for customers?",
            "show quarantined rows of orders for unit_price",
        ),
    ),
    Explained(
        ExpectValues,
        "Lets unusual values that were measured last count as expected.",
        ("the values of silver.orders were expected",),
    ),
    Explained(
        ReleaseQuarantine,
        "Judges rows in quarantine again; those that are good now are published.",
        (
            "release quarantined rows of orders",
            "release quarantined rows of orders for unit_price",
        ),
    ),
    Explained(
        DeleteQuarantine,
        "Forgets rows in quarantine, once you have confirmed it.",
        (
            "delete quarantined rows of orders",
            "delete quarantined rows of orders older than 30 days",
        ),
    ),
    Explained(
        SuggestChecks,
        "Suggests checks that a table could have, by what is in it.",
        ("suggest checks for orders", "what should I check in silver.orders?"),
    ),
    Explained(
        AcceptChecks,
        "Adds suggested checks to the project's files, by their ids, or all of them.",
        (
            "accept check k4821 for orders",
            "accept checks k4821, b0937 for silver.orders",
            "accept all suggestions for orders",
        ),
    ),
    Explained(
        ScanPrivacy,
        "Looks for personal data in a sample of a table.",
        ("scan bronze.customers for personal data", "is there PII in orders?"),
    ),
    Explained(
        PrivacyReport,
        "Says what personal data there is, and what is done with it.",
        (
            "privacy report",
            "what personal data do we have?",
            "privacy report for customers",
        ),
    ),
    Explained(
        SetPrivacyRule,
        "Sets how a column is protected from the next run on.",
        (
            "mask email in customers",
            "generalise birth_date in customers to year",
            "keep phone in customers",
        ),
    ),
    Explained(
        AcceptFinding,
        "Says that a column does hold personal data.",
        ("email in customers is personal data", "accept EMAIL_ADDRESS in customers.contact"),
    ),
    Explained(
        RejectFinding,
        "Says that a column holds no personal data, or not that.",
        ("orders.note is not personal data", "orders.note is not a PERSON"),
    ),
    Explained(
        FindPerson,
        "Finds in which tables, and how often, a person occurs.",
        (
            "find everything about maria@example.com",
            "what do we know about +49 170 1234567?",
        ),
    ),
    Explained(
        ErasePerson,
        "Plans to erase a person everywhere; a second admin confirms it.",
        ("erase maria@example.com", "forget everything about Maria Lopez"),
    ),
    Explained(
        ConfirmErasure,
        "Carries out the erasure of a person that somebody else has planned.",
        ("confirm erasure E12",),
    ),
    Explained(
        ListErasures,
        "Shows which erasures are planned, until when each can be confirmed, and which are done.",
        ("list erasures",),
    ),
    Explained(
        WithdrawErasure,
        "Takes back an erasure that nobody has confirmed.",
        ("withdraw erasure E12",),
    ),
    Explained(
        RevealValue,
        "Shows you the value of an encrypted cell.",
        ("reveal es1_em_k3Jx9QvT0bWmR7",),
    ),
    Explained(
        CheckAnonymity,
        "Says how small the smallest group of people is who look alike in some columns.",
        (
            "how anonymous is gold.revenue by segment and country?",
            "check k-anonymity of gold.revenue for segment, country with k 10",
        ),
    ),
    Explained(
        Audit,
        "Shows who did or decided what, newest first.",
        ("audit", "show the audit log since Monday", "who changed the privacy rules?"),
    ),
    *PEOPLE_EXAMPLES,
    *ALERT_EXAMPLES,
    Explained(Help, "Says what can be said here.", ("help", "help run", "what can you do?")),
    Explained(WhoAmI, "Says who you are to Atlas and what you may do.", ("who am I?",)),
)


def explained(topic: str | None = None) -> tuple[Explained, ...]:
    """The commands that a topic is about; all of them when it names none."""
    if topic is None:
        return EXAMPLES
    word = topic.casefold()
    about = tuple(each for each in EXAMPLES if word in each.command.name.split("_"))
    return about or tuple(each for each in EXAMPLES if word in _text(each)) or EXAMPLES


def _text(each: Explained) -> str:
    return " ".join((each.command.name, each.does, *each.examples)).casefold()
