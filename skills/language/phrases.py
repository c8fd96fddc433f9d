"""The phrase table: for each command the ways to say it, with the slots that a way needs."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.commands import (
    AcceptChecks,
    Audit,
    Backfill,
    BackfillStatus,
    CancelRun,
    CheckQuality,
    Command,
    DeleteQuarantine,
    DeleteSchedule,
    DescribePipeline,
    ExpectValues,
    ExplainRun,
    Help,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    ListSchedules,
    PauseSchedule,
    PrivacyReport,
    QualityReport,
    ReleaseQuarantine,
    ResumeSchedule,
    RetryRun,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    SuggestChecks,
    WhoAmI,
)

_ABOUT = "{run|pipeline|table}"
_RUN_VERB = "run|start|execute|trigger|launch|kick off|rerun|process|load|fire off|spin up"
_STOP = "stop|abort|kill|terminate|halt"
_AFRESH = "refresh|rebuild|reload|reprocess|redo"
_SHOW = "show|list|display|give|get"
_SCHEDULED = "{schedule|pipeline|table}"
_SOUND = "good|bad|clean|healthy|trustworthy|reliable"
_SUGGEST = "suggest|propose|recommend"
_PERSONAL = "pii|personal|privacy|gdpr|private"

SAYINGS: tuple[tuple[type[Command], tuple[str, ...]], ...] = (
    (
        RunPipeline,
        (
            *_RUN_VERB.split("|"), "start|trigger|launch|execute run", "kick off run",
            "{full}", "{dry}", f"{_AFRESH} {{full}}", "preview|simulate +dry",
            "what would do|change|overwrite|touch {pipeline} +dry",
            "what would run do|change|overwrite|touch {pipeline} +dry",
        ),
    ),
    (
        RunStatus,
        (
            "status", "state", "progress", "check status", "what is status|state|progress",
            "last run", "latest run",
            f"how is going|doing|coming|looking {_ABOUT}", f"how are going|doing {_ABOUT}",
            f"how is {_ABOUT}", f"how did go {_ABOUT}", "how far", "how is it going",
            f"is done|finished|ready|complete|completed|through|over {_ABOUT}",
            f"is still {_ABOUT} {{status}}", f"is {_ABOUT} {{status}}",
            f"are done|finished|ready {_ABOUT}", f"are {_ABOUT} {{status}}",
            f"has finished|completed|ended {_ABOUT}", f"has {_ABOUT} {{status}}",
            f"did finish|complete|work|succeed|end|go {_ABOUT}", f"did {_ABOUT} {{status}}",
            f"what about {_ABOUT}", f"how about {_ABOUT}", f"what happened {_ABOUT}",
            f"any news {_ABOUT}", f"update {_ABOUT}", f"when did run {_ABOUT}",
            f"when was run {_ABOUT}",
            f"who ran|started|triggered {_ABOUT}", f"did you run|start {_ABOUT}",
            f"have you run|started {_ABOUT}", "check {run|pipeline}", "run {run}",
            f"{_SHOW} {{run}}",
            "did run work|succeed|finish|complete|go|end", "how did run go", "is run done|finished",
            "where is {run|pipeline}", "eta", f"when will be done|finished|ready|finish {_ABOUT}",
            "follow|watch {run|pipeline}", "how did {run|pipeline}",
        ),
    ),
    (
        ListRuns,
        (
            f"{_SHOW} runs", "runs", "which runs", "what runs", "history", f"{_SHOW} history",
            "what {status}", "which {status}", "anything|something|everything {status}",
            "runs {status}", "run {status}", f"{_SHOW} {{status}}", "how many runs",
            "jobs {status}",
            f"{_SHOW} jobs", "pipelines {status}", "tables {status}", "what ran", "which ran",
            "what did run", "what has run", "what has been run", "did run {time}", "has run {time}",
            "what happened {time}", "what is going on", "what have you run", "what was run",
            "anything ran", "recent runs", "what is in progress", "who ran {time}",
            "what went {time}",
            "any runs", "any {status}", "were runs {status}", "there any {status}",
        ),
    ),
    (
        ExplainRun,
        (
            f"why {_ABOUT}", "why", f"why did|was|were|is|are|has|have {_ABOUT} {{status}}",
            "what went wrong",
            "what is wrong", "what was wrong", "explain {run|table}", "explain {status}",
            "explain error|problem|run", "explain last|latest {status} run", "explain {status} run",
            "why did|has last|latest|my|that run {status}", "why did|has run {status}",
            "why last|latest run {status}",
            f"reason {_ABOUT}", "how come", f"cause {_ABOUT}", "debug|diagnose",
            f"what error|problem {_ABOUT}", "root cause", f"what caused {_ABOUT}",
        ),
    ),
    (
        CancelRun,
        (
            "cancel", "cancel run", f"cancel {_ABOUT}", f"cancel run {_ABOUT}",
            _STOP, f"{_STOP} run", f"{_STOP} {_ABOUT}", f"{_STOP} run {_ABOUT}",
            f"cancel|{_STOP} last|latest run", f"cancel|{_STOP} last|latest run {_ABOUT}",
        ),
    ),
    (
        RetryRun,
        (
            "retry", "retry run", f"retry {_ABOUT}", f"retry run {_ABOUT}",
            f"retry last|latest run {_ABOUT}", "retry last|latest run", "retry last|latest",
            "rerun|redo|restart|resume|repeat|continue {run}",
            "rerun|redo|restart|resume|repeat|continue run {run}", "try {run}", "try run {run}",
        ),
    ),
    (
        Backfill,
        (
            "backfill", "backfill {pipeline|table}", "back fill", "back fill {pipeline|table}",
            "run backfill", "start backfill", "run backfill {pipeline|table}",
            "start backfill {pipeline|table}",
        ),
    ),
    (
        BackfillStatus,
        (
            "how is backfill", "how is backfill going|doing|coming", "how far is backfill",
            "how is going|doing|coming backfill", "status|progress|state backfill",
            "backfill status|progress|state", "what is status|progress|state backfill",
            f"{_SHOW} backfill", f"{_SHOW} status|progress backfill", "where is backfill",
            "is backfill done|finished|ready|complete|completed|through|over",
            "is backfill {status}", "is backfill still {status}", "did backfill {status}",
            "has backfill finished|completed|ended", "has backfill {status}",
            "did backfill finish|complete|work|succeed|end", "how did backfill go",
            "how did go backfill", "what happened backfill", "what about backfill",
            "why backfill", "why did|has backfill {status}", "which days backfill {status}",
            "what went wrong backfill", "when will backfill be done|finished|ready|finish",
            "how about backfill", "last backfill", "any news backfill",
        ),
    ),
    (
        ListSchedules,
        (
            "schedules", f"{_SHOW} schedules", f"{_SHOW} schedule", "what is|are scheduled",
            "what scheduled", "anything scheduled", "is scheduled", "what schedules",
            "which schedules", "which schedule", "what is schedule", "schedule {schedule}",
            "{schedule}", f"{_SHOW} {{schedule}}", "what is planned", "what runs next",
            f"when does run|start {_SCHEDULED}", f"when will run|start {_SCHEDULED}",
            f"when is scheduled {_SCHEDULED}", "how often run {pipeline|table}",
            "what next scheduled", "next runs", "upcoming runs", "timetable", "when is next run",
            "when is next schedule", "when does next run", "when does next schedule run|start",
        ),
    ),
    (
        PauseSchedule,
        (
            "pause schedule", f"pause {_SCHEDULED}", "pause schedules", "suspend schedule",
            f"suspend {_SCHEDULED}", "stop schedule", "stop {schedule}", "hold schedule",
            "disable schedule", "disable {schedule}", "stop|suspend|hold|disable schedules",
        ),
    ),
    (
        ResumeSchedule,
        (
            "resume schedule", f"resume {_SCHEDULED}", "resume schedules", "unpause schedule",
            f"unpause {_SCHEDULED}", "enable schedule", "enable {schedule}",
            "continue schedule", "continue {schedule}", "restart schedule", "restart {schedule}",
            "unpause|enable|continue|restart schedules",
        ),
    ),
    (
        DeleteSchedule,
        (
            "delete|remove|drop|cancel|unschedule schedule", "unschedule {pipeline|table}",
            "delete|remove|drop|cancel|unschedule {schedule}", "end schedule", "end {schedule}",
            "delete|remove|drop|cancel|unschedule|end schedules",
        ),
    ),
    (
        ListPipelines,
        (
            "pipelines", f"{_SHOW} pipelines", "what pipelines", "which pipelines", "tables",
            f"{_SHOW} tables", "what tables", "which tables", "what pipelines there",
            "which pipelines|tables exist", "which tables know", "which pipelines know",
            "what can be run", "what can run",
            "what can i run", "what can you run", "what do you run", "pipelines have", "catalog",
            "what datasets", "which datasets", f"{_SHOW} datasets", "datasets",
        ),
    ),
    (
        DescribePipeline,
        (
            "describe", "describe pipeline", "what does do {pipeline|unknown}",
            "explain {pipeline}",
            "explain pipeline", "explain how works {pipeline|unknown}", "tell about",
            "tell me about", "how does work {pipeline|unknown}", "what is {pipeline}",
            "what happens|happen in|when|if {pipeline}", "steps", "what are steps",
            "show {pipeline}", "details {pipeline}", "what does {pipeline}", "info {pipeline}",
        ),
    ),
    (
        CheckQuality,
        (
            "check", "check quality", "run quality checks", "run checks", "validate", "verify",
            "test {table}", "check quality of", "check data quality", "run quality check",
            "inspect {table}",
        ),
    ),
    (
        QualityReport,
        (
            "quality", "quality report", "report quality", "data quality", "quality trend",
            f"{_SHOW} quality", f"{_SHOW} quality report", "report on quality",
            f"how {_SOUND} is|are|was|were", f"how {_SOUND} is|are|was|were {{table}}",
            f"how {_SOUND} has|have been", f"how {_SOUND} has|have been {{table}}",
            "how is|was quality", "how has quality been", "how did quality change|develop",
            "how is|was data quality", "how has data quality been", "what is|was quality",
            "how has|have been {table}", "how was|were {table} {time}",
            f"is|are|was|were {_SOUND}|valid|correct {{table}}", "can trust {table}",
            "quality score", "what is|was score", "score {table}",
            f"which tables|datasets {_SOUND}|worst", "worst tables|datasets",
            "can i trust {table}", "can we trust {table}",
        ),
    ),
    (
        ListQuarantine,
        (
            "quarantine", "quarantined", f"{_SHOW} quarantined", f"{_SHOW} quarantine",
            "what is in quarantine", "what is quarantined", "quarantined rows",
            "which rows quarantined",
            "which quarantined", "rejected rows|records", f"{_SHOW} rejected rows|records",
            "bad rows|records", f"{_SHOW} bad rows|records", "why quarantined", "put aside",
            "how many rows quarantine|quarantined", "anything in quarantine", "was rejected",
            "which rows rejected", "which rows put aside", f"{_SHOW} rows quarantine|quarantined",
            "rows in quarantine", "any rows quarantine|quarantined", "invalid rows|records",
        ),
    ),
    (
        ExpectValues,
        (
            "values were|are expected", "values expected", "that|this was|is expected",
            "mark values expected", "mark expected",
        ),
    ),
    (
        ReleaseQuarantine,
        (
            "release|retry|readmit quarantine|quarantined",
            "release|retry|readmit rows quarantine|quarantined",
            "release|retry|readmit quarantined rows|records",
            "release|retry|readmit rejected|bad rows|records",
        ),
    ),
    (
        DeleteQuarantine,
        (
            "delete|remove|drop|purge quarantine|quarantined",
            "delete|remove|drop|purge rows quarantine|quarantined",
            "delete|remove|drop|purge quarantined rows|records",
            "delete|remove|drop|purge rejected|bad rows|records",
        ),
    ),
    (
        SuggestChecks,
        (
            f"{_SUGGEST} checks|check", f"{_SUGGEST} quality checks",
            "what|which checks do you suggest|recommend|propose",
            "what should i|we check {table}", "what can|could i|we check {table}",
            "which|what checks should|could i|we add {table}",
            "which|what checks should|could i|we have {table}",
            "suggestions {table}", "check suggestions",
        ),
    ),
    (
        AcceptChecks,
        (
            "accept|add check|checks {checks}", "accept|add quality check|checks {checks}",
            "accept|add suggestion|suggestions {checks}", "accept {checks}",
            "accept|add all suggestions", "accept|add all suggested checks",
        ),
    ),
    (
        ScanPrivacy,
        (
            "scan", f"scan for {_PERSONAL} data|information", f"scan for {_PERSONAL}", "pii",
            f"is there {_PERSONAL}", f"is there any {_PERSONAL}", f"any {_PERSONAL}",
            f"any {_PERSONAL} data|information", f"is there {_PERSONAL} data|information",
            f"is there any {_PERSONAL} data|information", "personal data|information",
            f"check for {_PERSONAL}", f"check for {_PERSONAL} data|information", "privacy scan",
            f"find {_PERSONAL} data|information", f"look for {_PERSONAL} data|information",
            f"does contain|have {_PERSONAL} {{table}}",
            f"does contain|have any {_PERSONAL} {{table}}",
            f"find {_PERSONAL}", f"look for {_PERSONAL}",
            f"does contain|have {_PERSONAL} data {{table}}",
            f"does contain|have any {_PERSONAL} data {{table}}", f"contains {_PERSONAL} {{table}}",
            f"search for {_PERSONAL} data", "run privacy scan",
        ),
    ),
    (
        PrivacyReport,
        (
            "privacy report", "report privacy", f"{_SHOW} privacy report", "report on privacy",
            f"{_SHOW} privacy", f"{_SHOW} privacy rules|policy", "privacy rules|policy|overview",
            "what privacy rules", "which privacy rules",
            f"what|which {_PERSONAL} data|information",
            f"what|which {_PERSONAL} data|information do|does we|you have|store|hold|keep",
            f"what|which {_PERSONAL} data|information is there",
            f"what|which {_PERSONAL} data|information is|does {{table}}",
            f"what {_PERSONAL} do we have",
            f"do we have|store|hold|keep {_PERSONAL} data|information",
            f"do we have|store|hold|keep any {_PERSONAL} data|information",
            f"do we have|store|hold|keep {_PERSONAL}", f"do we have any {_PERSONAL}",
            f"which tables|columns hold|contain|have {_PERSONAL} data|information",
            f"which tables|columns hold|contain|have {_PERSONAL}",
            f"which tables|columns are {_PERSONAL}",
            f"where is {_PERSONAL} data|information", f"where do we have|store {_PERSONAL} data",
            "what is protected", "what is masked|hashed|encrypted|redacted|personal",
            "which columns are masked|hashed|encrypted|redacted|protected",
            "how is protected {table}", "how are protected {table}",
        ),
    ),
    (
        Audit,
        (
            "audit", "audit log|trail|report", f"{_SHOW} audit", f"{_SHOW} audit log|trail",
            "who changed", "who changed privacy rules|rule|policy", "who changed rules|rule|policy",
            "who did what", "who did", "who revealed",
            "who revealed|erased|changed|decided|asked what", "who erased",
            "who masked|hashed|encrypted",
            "who accepted|rejected", "who asked", "who searched", "who protected|granted",
            "what has been changed", "who has changed", "who has changed privacy rules|rule|policy",
            "what was audited", "what did people do", "when were changed rules",
        ),
    ),
    (
        Help,
        (
            "help", "help me", "help with", "help me with", "what can you do", "how do i",
            "how can i",
            "what can i say|ask|type|do", "how do you work", "commands", "usage", "manual",
            "what do you do", "what are you", "who are you", "how does this work", "man", "halp",
            "which commands", "what commands", f"{_SHOW} commands", "what do you understand",
            "what does this do", "i need help", "i am lost", "instructions", "examples", "how to",
        ),
    ),
    (
        WhoAmI,
        (
            "who am i", "whoami", "what may i do", "what am i allowed",
            "my role|permissions|rights",
            "what is my role", "what are my rights|permissions", "which role do i have",
            "what may i", "am i allowed", "am i operator|admin|viewer", "do i have role|rights",
            "what role do i have", "what role am i", "what am i",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that say a command, in order but not side by side, and slots it can't go without.

    Some say by themselves how to do it: «what would medallion do?» asks for a dry run.
    """

    command: type[Command]
    cue: tuple[frozenset[str], ...]
    needs: tuple[frozenset[str], ...] = ()
    manners: frozenset[str] = frozenset()


def _phrase(command: type[Command], saying: str) -> Phrase:
    pieces = saying.split()
    needs = tuple(frozenset(p.strip("{}").split("|")) for p in pieces if p.startswith("{"))
    cue = tuple(frozenset(p.split("|")) for p in pieces if p[0] not in "{+")
    return Phrase(command, cue, needs, frozenset(p[1:] for p in pieces if p[0] == "+"))


def _phrases() -> Iterator[Phrase]:
    for command, sayings in SAYINGS:
        for saying in sayings:
            yield _phrase(command, saying)


PHRASES: tuple[Phrase, ...] = tuple(_phrases())
RUN_VERBS = frozenset(_RUN_VERB.split("|"))
ORDER_VERBS = RUN_VERBS | frozenset(
    f"cancel|{_STOP}|retry|backfill|{_AFRESH}|preview|simulate".split("|")
)
"""First words of orders, whose conditions are no part of what is ordered."""
CUE_WORDS = frozenset(word for phrase in PHRASES for cue in phrase.cue for word in cue)
_SHORTEST_SPELLABLE = 3
SPELLABLE = frozenset(word for word in CUE_WORDS if len(word) >= _SHORTEST_SPELLABLE)
"""Cue words that a misspelled word may be corrected to."""
