"""Errors whose text is a sentence for the person who caused them."""


class UserError(ValueError):
    """A request, a file or a configuration that cannot be accepted.

    field  the setting beside which the page shows the sentence, or None
    """

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class InvalidSetting(UserError):
    """A setting outside its range, settings that conflict, or more work than the limit allows.

    instead  a value of `field` with which the other settings can be trained, if one is known
    """

    def __init__(self, sentence: str, field: str | None = None, instead: int | None = None) -> None:
        super().__init__(sentence, field)
        self.instead = instead


class ServerBusy(UserError):
    """Too many trainings wait; the page repeats its request after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"The server is busy. Retrying in {seconds} s.")
        self.seconds = seconds
