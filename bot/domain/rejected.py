"""The base of all noes that the rules say: each is a class, and its docstring the sentence that the person reads."""


class Rejected(Exception):
    """This can't be done now."""

    field: str | None = None
    """The form's field that the sentence belongs to, if there is one."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        return (type(self).__doc__ or "").format(**self.facts)
