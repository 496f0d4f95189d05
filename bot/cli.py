"""The `cordon` command: one parser, each verb in its own module."""

import argparse
import sys
from collections.abc import Sequence

from bot import __version__, cli_audit, cli_contain, cli_db, cli_doctor, cli_incident, cli_playbook, cli_serve
from incidents.errors import CordonError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; a mistake is told in words, without a stack trace.

    Returns:
        The exit status: 0 done, 1 not done, 2 misused.
    """
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except CordonError as error:
        print(f"cordon: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cordon", description="ChatOps for AI-safety incidents.")
    parser.add_argument("--version", action="version", version=f"cordon {__version__}")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for module in (cli_serve, cli_doctor, cli_db, cli_audit, cli_playbook, cli_incident, cli_contain):
        module.add_parser(verbs)
    return parser
