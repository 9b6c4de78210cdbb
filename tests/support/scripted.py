"""A boto3 session whose calls can be recorded, refused, or answered by a script, and clients over it."""

from __future__ import annotations

from dynasec.collect.clients import Clients
from dynasec.demo.overlay import Answers, AwsError, OverlaySession

Script = Answers
ScriptedSession = OverlaySession

__all__ = ["AwsError", "Script", "ScriptedSession", "clients"]


def clients(script: Script | None = None, region: str = "us-east-1") -> tuple[Clients, ScriptedSession]:
    """Clients over a scripted session, and the session, to look at what was called."""
    session = ScriptedSession(script, region=region)
    return Clients(session), session
