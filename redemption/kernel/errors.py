"""Errors that a caller can mend.

A service raises one of these when the person or the program that asked can do something about it: the
message says what, in words that may be shown as they are; `code` is stable and made for programs;
`fields` puts sentences at the fields of a form; `detail` holds further plain values for a program.
One map in the web layer turns them into a page or into problem+json (RFC 9457).

Not for bugs: a broken invariant raises an ordinary Python exception and ends as a 500.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

Fields = dict[str, list[str]]


class DomainError(Exception):
    """What was asked cannot be done, for a reason that the caller can understand.

    `status` is the HTTP status that fits; nothing below the web layer acts on it.
    """

    default_code: ClassVar[str] = "refused"
    default_status: ClassVar[int] = 400
    default_message: ClassVar[str] = "这项操作现在不能完成，请检查后再试。"

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        status: int | None = None,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        **detail: Any,
    ) -> None:
        self.message = message or self.default_message
        super().__init__(self.message)
        self.code = code or self.default_code
        self.status = status or self.default_status
        self.fields: Fields = {
            name: [said] if isinstance(said, str) else list(said) for name, said in (fields or {}).items()
        }
        self.detail: dict[str, Any] = detail

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, code={self.code!r}, fields={self.fields!r})"


class NotFound(DomainError):
    """There is no such thing, or the caller may not know that there is."""

    default_code = "not_found"
    default_status = 404
    default_message = "没有找到您要的内容，请核对编号或链接。"


class NotAllowed(DomainError):
    """The acting person may not do this."""

    default_code = "not_allowed"
    default_status = 403
    default_message = "您的账号没有办理这项操作的权限。如需办理，请联系本单位管理员。"


class Invalid(DomainError):
    """What was typed or sent cannot be taken; `fields` says where and how to mend it."""

    default_code = "invalid"
    default_status = 422
    default_message = "填写的内容有误，请按提示修改后再提交。"

    @classmethod
    def field(cls, name: str, message: str, *, code: str | None = None, **detail: Any) -> Invalid:
        """One wrong field: the same sentence at the field and on top."""
        return cls(message, code=code, fields={name: [message]}, **detail)


class TooLarge(Invalid):
    """More bytes, rows or characters than is taken."""

    default_code = "too_large"
    default_status = 413
    default_message = "内容超过允许的大小，请缩小后再提交。"


class Conflict(DomainError):
    """It contradicts what is already there."""

    default_code = "conflict"
    default_status = 409
    default_message = "这项操作与现有记录冲突，请刷新页面查看最新情况。"


class Stale(Conflict):
    """Somebody saved before you: what the caller saw is no longer what is stored.

    409 for a page that posts the version it was made from; an API that was sent `If-Match` passes status=412.
    """

    default_code = "stale"
    default_message = (
        "在您编辑期间，已有人保存了新的内容。您填写的内容仍保留在页面上，请对照最新内容后再保存。"
    )


class IllegalTransition(Conflict):
    """This action does not exist in this state."""

    default_code = "illegal_transition"
    default_message = "当前状态下不能进行这项操作，请刷新页面查看最新状态。"


class Gone(DomainError):
    """It was there, and is over: an expired link, a closed period, a deleted file."""

    default_code = "gone"
    default_status = 410
    default_message = "该内容已失效或已删除。"


class NotReady(DomainError):
    """Nothing is wrong with what was asked, but a part that is needed does not answer yet: try again."""

    default_code = "not_ready"
    default_status = 503
    default_message = "系统暂时无法完成这项操作，请稍后再试。您已保存的内容不会丢失。"
