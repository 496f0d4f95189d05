"""What people do on the page: commands, messages, presses, submissions, shortcuts."""

from aiohttp import web

from sandbox import interactions
from sandbox.blocks.inputs import elements, value_field
from sandbox.choosing import action, find
from sandbox.deliveries import Ack
from sandbox.errors import NotPossibleError, NotVisibleError
from sandbox.forms import held_value
from sandbox.hub import Hub
from sandbox.person import Person, may_see
from sandbox.ui.answers import answered, body_of, object_in, text_in
from sandbox.workspace import Channel, Json, Message, View


class Acting:
    """Serves the page's POSTs. Each body names the person in `as`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def routes(self) -> list[web.RouteDef]:
        """Where each act is posted."""
        acts = {
            "slash": self.slash,
            "say": self.say,
            "join": self.join,
            "react": self.react,
            "pin": self.pin,
            "home": self.home,
            "action": self.action,
            "view/submit": self.submit,
            "view/close": self.close,
            "shortcut": self.shortcut,
        }
        return [web.post(f"/ui/{name}", answered(serve)) for name, serve in acts.items()]

    async def slash(self, request: web.Request) -> Json:
        """Type a slash command. A failure is shown in the channel, as Slack does."""
        body = await body_of(request)
        await self._who(body).slash(text_in(body, "channel"), text_in(body, "text"))
        return {"ok": True}

    async def say(self, request: web.Request) -> Json:
        """Write a message."""
        body = await body_of(request)
        return {"ok": True, "ts": await self._who(body).say(text_in(body, "channel"), text_in(body, "text"))}

    async def join(self, request: web.Request) -> Json:
        """Join a public channel."""
        body = await body_of(request)
        await self._who(body).join(text_in(body, "channel"))
        return {"ok": True}

    async def react(self, request: web.Request) -> Json:
        """Add or take back a reaction."""
        body = await body_of(request)
        who = self._who(body)
        await who.react(self._message(who, body)[1], text_in(body, "name"))
        return {"ok": True}

    async def pin(self, request: web.Request) -> Json:
        """Pin or unpin a message."""
        body = await body_of(request)
        who = self._who(body)
        await who.pin(self._message(who, body)[1])
        return {"ok": True}

    async def home(self, request: web.Request) -> Json:
        """Open the app's Home."""
        await self._who(await body_of(request)).open_home()
        return {"ok": True}

    async def action(self, request: web.Request) -> Json:
        """Press or choose something in a message or view."""
        body = await body_of(request)
        who, container, done = self._who(body), object_in(body, "container"), object_in(body, "action")
        user = self._hub.workspace.users[who.id]
        if container.get("type") == "view":
            view = self._view(who, container)
            self._keep(view, object_in(object_in(body, "state"), "values"))
            return _outcome(await interactions.press_view(self._hub, user, view, self._pressed(view, done)))
        channel, message = self._message(who, container)
        pressed = self._pressed(message, done)
        return _outcome(await interactions.press_message(self._hub, user, channel, message, pressed))

    async def submit(self, request: web.Request) -> Json:
        """Send a modal; errors come back by block."""
        body = await body_of(request)
        who = self._who(body)
        view = self._view(who, body)
        self._keep(view, object_in(object_in(body, "state"), "values"))
        ack = await interactions.submit(self._hub, self._hub.workspace.users[who.id], view)
        current = self._hub.workspace.views.get(view.id)
        wrong = ack.ok and isinstance(ack.body, dict) and ack.body.get("response_action") == "errors"
        if wrong and current is not None:
            return {"ok": False, "error": "The app found something wrong.", "errors": current.errors}
        return _outcome(ack)

    async def close(self, request: web.Request) -> Json:
        """Close a modal unsent."""
        body = await body_of(request)
        who = self._who(body)
        return _outcome(await who.close(self._view(who, body)))

    async def shortcut(self, request: web.Request) -> Json:
        """Use a shortcut."""
        body = await body_of(request)
        who = self._who(body)
        message = self._message(who, object_in(body, "message"))[1] if body.get("message") else None
        return _outcome(await who.shortcut(text_in(body, "callback_id"), message=message))

    # --- inside ------------------------------------------------------------------------------------------

    def _who(self, body: Json) -> Person:
        return Person(self._hub, self._hub.workspace.user(text_in(body, "as")).id)

    def _message(self, who: Person, where: Json) -> tuple[Channel, Message]:
        channel = self._hub.workspace.channel(text_in(where, "channel"))
        message = channel.messages.get(text_in(where, "ts"))
        hidden = message is not None and message.ephemeral_to not in (None, who.id)
        if message is None or hidden or not may_see(self._hub, who.id, channel):
            raise NotVisibleError("That message is no longer there.")
        return channel, message

    def _view(self, who: Person, where: Json) -> View:
        view = self._hub.workspace.views.get(text_in(where, "view_id"))
        if view is None or view.user != who.id:
            raise NotVisibleError("That view is no longer open.")
        return view

    def _pressed(self, shown: Message | View, done: Json) -> Json:
        """What the page says was done, checked against what is really there."""
        block, element = find(shown.blocks, text_in(done, "action_id"), block_id=text_in(done, "block_id"))
        field = "selected_option" if element["type"] == "overflow" else value_field(element["type"])
        return action(block, element, _plain(done.get(field or "value")), self._hub.workspace.users)

    def _keep(self, view: View, values: Json) -> None:
        """Remember what is typed into the view's inputs; entries for others are dropped."""
        for block, element in elements(view.blocks):
            field = value_field(element["type"])
            entry = object_in(object_in(values, block["block_id"]), element["action_id"])
            if field in entry:
                held = held_value(element, _plain(entry[field]), self._hub.workspace.users)
                self._hub.drafts.put(view.id, block["block_id"], element["action_id"], held)


def _plain(value: object) -> object:
    """An option's value for an option, and so on in lists; texts and ids as they are."""
    if isinstance(value, dict):
        return value.get("value")
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _outcome(ack: Ack) -> Json:
    if ack.ok:
        return {"ok": True}
    raise NotPossibleError(f"The app did not take it: {ack.error or f'HTTP {ack.status}'}.")
