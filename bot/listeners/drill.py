"""`/incident drill`: end one with its score, or clean up after all of them."""

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import drill
from bot.services.permit import permit
from bot.views import answers
from bot.views.help import VerbHelp
from incidents.errors import NotUnderstoodError
from incidents.rights import Right


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    first, _, rest = words.partition(" ")
    match first.lower():
        case "end":
            await _end(reception, asked, rest)
        case "cleanup" | "clean":
            await _clean_up(reception, asked)
        case _:
            raise NotUnderstoodError(
                "I know: /incident drill end, and /incident drill cleanup. A drill begins with:"
                " /incident declare sev2 What we practise --drill"
            )


async def _end(reception: Reception, asked: Asked, words: str) -> None:
    incident, _ = await reception.meant(asked, "drill end", words, Right.DRILL)
    ended = await drill.end(reception.parts, incident.id, by=asked.user, delivery=asked.delivery)
    if asked.channel != ended.channel_id:
        await reception.answer(
            asked, answers.say(f"The drill {ended.key} is over. Its score is in its channel.")
        )


async def _clean_up(reception: Reception, asked: Asked) -> None:
    await permit(reception.parts, Right.DRILL, asked.user)
    ended = await drill.clean_up(reception.parts, by=asked.user, delivery=asked.delivery)
    said = "There is no drill to clean up."
    if ended:
        keys = ", ".join(one.key for one in ended)
        said = f"Cleaned up: {len(ended)} ended, their channels archived. {keys}"
    await reception.answer(asked, answers.say(said))


VERB = Verb(
    "drill",
    VerbHelp(
        "drill end [INC-42] | drill cleanup",
        "Ends a drill with its score; or ends all of them and archives their channels.",
    ),
    _run,
)
