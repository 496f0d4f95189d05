"""Every source file has its test file at the same place, so that a reader finds one from the other.

What is tested somewhere else stands in `ELSEWHERE` under that place; a fresh file without a test turns this red.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MIRRORED = ("incidents", "bot", "storage")
ELSEWHERE = {
    # driven from outside, as people and platforms do
    "acceptance/test_declare.py": (
        "bot/app.py",
        "bot/listeners/declare.py",
        "bot/listeners/slash_command.py",
        "bot/listeners/verb.py",
        "bot/services/channel_furniture.py",
        "bot/services/channel_messages.py",
        "bot/services/channel_people.py",
        "bot/services/declare.py",
        "bot/services/draw.py",
        "bot/services/find_incident.py",
        "bot/services/open_channel.py",
        "bot/services/parts.py",
    ),
    "acceptance/test_checklist.py": (
        "bot/listeners/checklist.py",
        "bot/services/change_checklist.py",
        "bot/services/check_item.py",
        "bot/services/phase_due.py",
        "bot/services/refresh.py",
    ),
    "acceptance/test_updates.py": (
        "bot/listeners/card.py",
        "bot/listeners/look.py",
        "bot/listeners/resolve.py",
        "bot/listeners/update.py",
        "bot/services/join.py",
        "bot/services/overview.py",
        "bot/services/publish_update.py",
        "bot/services/remind.py",
        "bot/services/resolve.py",
    ),
    "acceptance/test_lifecycle.py": (
        "bot/listeners/closing.py",
        "bot/listeners/stages.py",
        "bot/services/advance.py",
        "bot/services/archive_channel.py",
        "bot/services/changing.py",
        "bot/services/gates.py",
        "bot/services/merge.py",
        "bot/services/notice.py",
        "bot/services/over.py",
        "bot/services/reopened.py",
        "bot/services/retrospective.py",
        "bot/views/stage_modals.py",
    ),
    "acceptance/test_roles.py": (
        "bot/listeners/roles.py",
        "bot/services/role_told.py",
        "bot/services/roles.py",
        "bot/services/unattended.py",
        "bot/views/roles.py",
    ),
    "acceptance/test_audiences.py": (
        "bot/listeners/approve.py",
        "bot/services/ask_approval.py",
        "bot/services/decide_update.py",
        "bot/services/send_telling.py",
        "bot/services/tell_audiences.py",
    ),
    "acceptance/test_private.py": (
        "bot/listeners/access.py",
        "bot/services/ask_access.py",
        "bot/services/private_refused.py",
        "bot/views/access.py",
    ),
    "acceptance/test_drill.py": ("bot/listeners/drill.py", "bot/services/drill.py"),
    "acceptance/test_duplicates.py": ("bot/services/declare_later.py", "bot/services/duplicates.py"),
    "acceptance/test_severity_people.py": ("bot/services/tell_declaration.py",),
    "acceptance/test_contain.py": (
        "bot/listeners/contain.py",
        "bot/listeners/run.py",
        "bot/services/contain/act.py",
        "bot/services/contain/carry_out.py",
        "bot/services/contain/catalog.py",
        "bot/services/contain/change_run.py",
        "bot/services/contain/keep_evidence.py",
        "bot/services/contain/opened.py",
        "bot/services/contain/outcome.py",
        "bot/services/contain/patience.py",
        "bot/services/contain/planning.py",
        "bot/services/contain/progress.py",
        "bot/services/contain/propose.py",
        "bot/services/contain/settle.py",
        "bot/services/contain/show_run.py",
        "bot/services/contain/take_back.py",
        "bot/services/contain/tick.py",
    ),
    "acceptance/test_contain_approval.py": (
        "bot/services/contain/allowed.py",
        "bot/services/contain/break_glass.py",
        "bot/services/contain/decide.py",
        "bot/services/contain/waiting.py",
    ),
    "acceptance/test_contain_expiry.py": (
        "bot/services/contain/expiry.py",
        "bot/services/contain/lasting.py",
    ),
    "acceptance/test_contain_sequence.py": (
        "bot/services/contain/run_again.py",
        "bot/services/contain/put_back.py",
        "bot/services/contain/recover.py",
        "bot/services/contain/sequence.py",
    ),
    "acceptance/test_rights.py": ("bot/services/access.py", "bot/services/permit.py"),
    "acceptance/test_assess.py": ("bot/listeners/assess.py",),
    "acceptance/test_classify.py": ("bot/listeners/classify.py", "bot/services/classify.py"),
    "acceptance/test_home.py": ("bot/listeners/home.py", "bot/services/home.py"),
    "acceptance/test_severity.py": ("bot/listeners/severity.py", "bot/services/change_severity.py"),
    "acceptance/test_paging.py": (
        "bot/services/page.py",
        "bot/services/page_send.py",
        "bot/services/page_state.py",
        "bot/services/page_tell.py",
    ),
    "acceptance/test_paging_trouble.py": (
        "bot/services/page_fallback.py",
        "bot/services/page_overdue.py",
    ),
    "acceptance/test_timeline.py": (
        "bot/listeners/keep_message.py",
        "bot/listeners/timeline.py",
        "bot/services/export.py",
        "bot/services/keep_message.py",
        "bot/services/read_timeline.py",
        "bot/services/record.py",
        "bot/services/who.py",
    ),
    "acceptance/test_without_slack.py": (
        "bot/composition.py",
        "bot/offline.py",
        "bot/services/from_command_line.py",
    ),
    "bot/test_cli_incident.py": ("bot/cli_incident_stages.py", "bot/cli_operator.py"),
    "bot/test_cli_contain.py": ("bot/cli_acting.py", "bot/views/plain_runs.py"),
    "acceptance/test_crash.py": ("bot/services/post_once.py",),
    "acceptance/test_faults.py": ("bot/listeners/failures.py",),
    "acceptance/test_doctor.py": (
        "bot/cli_doctor.py",
        "bot/cli_doctor_actions.py",
        "bot/services/contain/needed_permissions.py",
    ),
    "acceptance/test_readiness.py": (
        "bot/webhooks/http.py",
        "bot/webhooks/metrics.py",
        "bot/webhooks/readiness.py",
    ),
    # interfaces: tested by what implements them
    "bot/test_clock.py": ("incidents/clock.py",),
    "bot/clients/test_slack.py": ("incidents/ports.py",),
    # tables: tested by the repositories that use them, and by the migrations that make them
    "storage/test_migrate.py": ("storage/tables/base.py",),
    "storage/test_checklists.py": ("storage/tables/checklist.py",),
    "storage/test_deliveries.py": ("storage/tables/delivery.py",),
    "storage/test_incidents.py": ("storage/tables/incident.py",),
    "storage/test_jobs.py": ("storage/tables/job.py",),
    "storage/test_messages.py": ("storage/tables/message.py",),
    "storage/test_runs.py": ("storage/tables/run.py",),
    "storage/test_timeline.py": ("storage/tables/timeline.py",),
    "storage/test_updates.py": ("storage/tables/update.py",),
}
LISTED = {source: place for place, sources in ELSEWHERE.items() for source in sources}


def _sources() -> set[str]:
    """Every source file; migrations are tested by `storage/test_migrate.py` as they come."""
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in MIRRORED
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "__init__.py"
    }
    return {name for name in found if not name.startswith("storage/migrations/")}


def _mirror(source: str) -> str:
    folder, _, name = source.rpartition("/")
    stem = name.removesuffix(".py").strip("_")
    return f"{folder}/test_{stem}.py"


def test_every_source_file_has_its_test_file() -> None:
    missing = [
        source
        for source in sorted(_sources() - set(LISTED))
        if not (ROOT / "tests" / _mirror(source)).exists()
    ]
    assert missing == [], "write tests/<folder>/test_<name>.py, or say in ELSEWHERE where it is tested"


@pytest.mark.parametrize(("source", "place"), LISTED.items())
def test_what_is_tested_elsewhere_is_there(source: str, place: str) -> None:
    assert (ROOT / source).exists(), "the file is gone: take the entry away"
    assert (ROOT / "tests" / place).exists(), "the place is gone: say where it is tested now"
