"""An error that a simulated service answers with."""

from http import HTTPStatus


class ServiceError(Exception):
    """A modelled or common AWS error: its code, HTTP status and message as clients see them."""

    def __init__(self, code: str, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = int(status)
