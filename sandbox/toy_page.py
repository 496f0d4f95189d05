"""What the toy service shows of itself: a page with the counter live, its state as JSON, its metrics for Prometheus."""

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

State = dict[str, float | int | bool]
_TYPES: Final = {
    "safety_violations_total": ("counter", "Unsafe answers so far."),
    "safety_violations_per_minute": ("gauge", "Unsafe answers in a minute as things stand."),
    "agent_replicas_running": ("gauge", "Pods of agent-prod that are ready."),
    "agent_traffic_share": ("gauge", "The part of the traffic that agent-prod gets, from 0 to 1."),
    "agent_tools_enabled": ("gauge", "Whether the flag agent-tools is on."),
    "conversations_open": ("gauge", "Conversations that are not paused."),
}
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>Toy AI service</title>
<style>
  body { font: 18px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem;
         color: #1d1c1d; background: #fff }
  #total { font-size: 5rem; font-variant-numeric: tabular-nums; line-height: 1.1 }
  #verdict { font-weight: 700; padding: .3rem .8rem; border-radius: .4rem; display: inline-block; color: #fff }
  .unsafe { background: #b3261e } .contained { background: #1e6f3d } .lost { background: #5c5c5c }
  dl { display: grid; grid-template-columns: max-content auto; gap: .2rem 1.5rem } dt { color: #4a4a4a } dd { margin: 0 }
  @media (prefers-color-scheme: dark) { body { color: #e8e8e8; background: #1a1d21 } dt { color: #b8b8b8 } }
</style>
<h1>Toy AI service</h1>
<p>unsafe answers so far</p>
<div id="total">–</div>
<p><span id="verdict" class="lost" role="status">loading</span></p>
<dl>
  <dt>Unsafe answers a minute</dt><dd id="per_minute">–</dd>
  <dt>Agents running</dt><dd id="replicas">–</dd>
  <dt>Their share of the traffic</dt><dd id="share">–</dd>
  <dt>Agent's tools</dt><dd id="tools">–</dd>
  <dt>Open conversations</dt><dd id="open">–</dd>
</dl>
<p>Stop it from an incident's channel: <code>/incident contain</code>.</p>
<script>
  const put = (id, text) => { const e = document.getElementById(id); if (e.textContent !== text) e.textContent = text }
  const verdict = (text, kind) => { put("verdict", text); document.getElementById("verdict").className = kind }
  async function look() {
    try {
      const now = await (await fetch("/state")).json()
      put("total", String(Math.floor(now.safety_violations_total)))
      put("per_minute", String(Math.round(now.safety_violations_per_minute)))
      put("replicas", String(now.agent_replicas_running))
      put("share", Math.round(now.agent_traffic_share * 100) + " %")
      put("tools", now.agent_tools_enabled ? "on" : "off")
      put("open", String(now.conversations_open))
      if (now.safety_violations_per_minute > 0) verdict("UNSAFE", "unsafe"); else verdict("contained", "contained")
    } catch { verdict("the service does not answer", "lost") }
    setTimeout(look, 500)
  }
  look()
</script>
</html>
"""


def metrics(state: State) -> str:
    """The state in Prometheus' text format."""
    lines = []
    for name, (kind, what) in _TYPES.items():
        lines += [f"# HELP {name} {what}", f"# TYPE {name} {kind}", f"{name} {float(state[name])}"]
    return "\n".join(lines) + "\n"


def add_routes(router: web.UrlDispatcher, state: Callable[[], State]) -> None:
    """Answer /, /state and /metrics."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=_PAGE, content_type="text/html")

    async def as_json(_: web.Request) -> web.Response:
        shown: dict[str, Any] = dict(state())
        return web.json_response(shown, headers={"Cache-Control": "no-store"})

    async def as_metrics(_: web.Request) -> web.Response:
        return web.Response(text=metrics(state()), content_type="text/plain")

    router.add_get("/", page)
    router.add_get("/state", as_json)
    router.add_get("/metrics", as_metrics)
