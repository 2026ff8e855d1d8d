"""The base of every workflow that can park: nothing is stuck in silence, and every park can be left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Final, Literal, TypeVar, overload

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

from activities.attention import AttentionActivities
from durable.attention import ATTENTION, MEMO, NOT_POSSIBLE, NOTHING_WAITS, Action, Answer, Notice, SetAttention, Target
from workflows import options
from workflows.shield import to_the_end

T = TypeVar("T")

_WORDLESS = frozenset({"", "Application error"})  # the SDK's words for an exception without any
CANCELLED: Final = "Cancelled"  # the type of the failure when a person ends a step
LONGEST_REASON: Final = 500  # a payload limit is no place for a provider's HTML page


@dataclass(frozen=True)
class Skipped:
    """A person did by hand what the step could not; `note` says how."""

    note: str
    actor_id: str | None


class Desk:
    """Runs steps that may need a person; one `attend` at a time.

    A subclass sets `attention_on` to the row whose `attention` column shows the reason. Its `__init__` calls ours.
    """

    attention_on: Target | None = None

    def __init__(self) -> None:
        self._notice: Notice | None = None
        self._answer: Answer | None = None

    @overload
    async def attend(self, name: str, step: Callable[[], Awaitable[T]], *, can_cancel: bool = True) -> T: ...
    @overload
    async def attend(
        self, name: str, step: Callable[[], Awaitable[T]], *, can_skip: Literal[True], can_cancel: bool = True
    ) -> T | Skipped: ...
    async def attend(
        self, name: str, step: Callable[[], Awaitable[T]], *, can_skip: bool = False, can_cancel: bool = True
    ) -> T | Skipped:
        """Run `step`; when it fails for good, wait for a person and retry it, skip it or end the run.

        Errors: a cancel of the run at any moment; ApplicationError `Cancelled` on the answer `cancel`.
        """
        answers: tuple[Action, ...] = ("retry", *(("skip",) if can_skip else ()), *(("cancel",) if can_cancel else ()))
        if len(answers) == 1:
            raise ValueError(f"{name}: a park that only retries could never be left")
        while True:
            try:
                return await step()
            except FailureError as error:
                if is_cancelled_exception(error):
                    raise  # a cancel arrives as an activity's failure; parking would swallow it
                notice = Notice(name, in_words(error), answers)
            answer = await self._park(notice)
            if answer.action == "skip":
                return Skipped(answer.note or "", answer.actor_id)
            if answer.action == "cancel":
                raise ApplicationError(f"cancelled by a person at {name}", type=CANCELLED, non_retryable=True)

    async def _park(self, notice: Notice) -> Answer:
        self._notice, self._answer = notice, None
        workflow.upsert_search_attributes([ATTENTION.value_set(notice.step)])
        workflow.upsert_memo({MEMO: asdict(notice)})
        try:
            await self._show(notice)
            await workflow.wait_condition(lambda: self._answer is not None)
        finally:
            self._notice = None
            workflow.upsert_search_attributes([ATTENTION.value_unset()])
            workflow.upsert_memo({MEMO: None})
            await to_the_end(self._hide(notice))
        assert self._answer is not None  # noqa: S101 - the condition above, for the type checker
        return self._answer

    async def _show(self, notice: Notice) -> None:
        if self.attention_on is not None:
            command = SetAttention(self.attention_on, notice.reason)
            await workflow.execute_activity_method(AttentionActivities.set, command, **options.ATTENTION)

    async def _hide(self, notice: Notice) -> None:
        if self.attention_on is not None:
            command = SetAttention(self.attention_on, notice.reason)
            await workflow.execute_activity_method(AttentionActivities.clear, command, **options.ATTENTION)

    @workflow.update
    async def resolve(self, answer: Answer) -> None:
        """Take a person's answer to the park."""
        self._answer = answer

    @resolve.validator
    def may_resolve(self, answer: Answer) -> None:
        """Refuse an answer that nothing waits for, that is not possible here, or a skip without a note."""
        if self._notice is None or self._answer is not None:
            raise ApplicationError("Nothing waits for an answer.", type=NOTHING_WAITS)
        if answer.action not in self._notice.answers:
            possible = ", ".join(self._notice.answers)
            raise ApplicationError(f"{answer.action} is not possible here: {possible}.", type=NOT_POSSIBLE)
        if answer.action == "skip" and not (answer.note or "").strip():
            raise ApplicationError("A skip needs a note that says what was done by hand.", type=NOT_POSSIBLE)


def in_words(error: FailureError) -> str:
    """Return what went wrong at the root: an activity's own failure says only that it failed."""
    root: BaseException = error
    while isinstance(root, FailureError) and root.cause is not None:
        root = root.cause
    if isinstance(root, ApplicationError) and root.message in _WORDLESS:
        return root.type or root.message
    words = root.message if isinstance(root, FailureError) else str(root)
    return words[:LONGEST_REASON]
