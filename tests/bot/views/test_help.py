from bot.views import help as help_view
from bot.views.help import VerbHelp
from tests.bot.views.conftest import SCHEME, seen


def test_every_verb_is_shown_with_its_use_and_then_the_severities() -> None:
    verbs = [
        VerbHelp("declare [sev0–sev4] [what is wrong]", "Declares <an> incident."),
        VerbHelp("help", "Shows this."),
    ]
    message = help_view.message(verbs, SCHEME)
    shown = seen(message)
    assert shown[0].split("\n") == [
        "`/incident declare [sev0–sev4] [what is wrong]`",
        "Declares &lt;an&gt; incident.",
        "`/incident help`",
        "Shows this.",
    ]
    assert shown[1].split("\n")[4] == f"*SEV4* Near miss: {SCHEME.levels[4].definition}"
    assert message.text == "What Cordon understands: declare, help"


def test_however_many_verbs_there_are_none_is_cut_off() -> None:
    verbs = [VerbHelp(f"verb{number} [INC-42] words", "Does something useful. " * 4) for number in range(60)]
    shown = "\n".join(seen(help_view.message(verbs, SCHEME)))
    assert [verb.usage for verb in verbs if verb.usage not in shown] == []
