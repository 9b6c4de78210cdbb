"""What an operation's file provides: functions from a call to an output in boto3's response shape."""

from collections.abc import Callable, Mapping
from typing import Any

from simulated_aws.size import Call, Size

Handler = Callable[[Size, Call], Mapping[str, Any]]


def fixed(output: Mapping[str, Any], elsewhere: Mapping[str, Any] | None = None) -> Handler:
    """Make the handler that gives one output, or in Regions other than the home Region another one."""

    def handle(_: Size, call: Call) -> Mapping[str, Any]:
        return output if elsewhere is None or call.at_home else elsewhere

    return handle
