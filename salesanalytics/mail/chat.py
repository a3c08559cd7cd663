"""One line of a team and a link as Slack or Teams take them from a webhook.

In: text and a link. Out: JSON. Nothing in the text is a link, a mention or a mark of theirs, whatever a team is called.
"""

import json
from typing import Any, Literal, TypeGuard, get_args
from urllib.parse import quote

Chat = Literal["slack", "teams"]
CHATS: tuple[Chat, ...] = get_args(Chat)


def is_chat(name: str) -> TypeGuard[Chat]:
    """Whether a post goes to a chat: no address is called so."""
    return name in CHATS


def body(chat: Chat, text: str, link: str, label: str) -> bytes:
    """What is posted; `link` may be empty, else `label` names it."""
    written = _slack(text, link, label) if chat == "slack" else _teams(text, link, label)
    return json.dumps(written).encode()


def _slack(text: str, link: str, label: str) -> dict[str, Any]:
    url = quote(link, safe=":/?#[]@!$&'()*+,;=%~")  # a bar would end it
    return {"text": _escaped(text) + (f"\n<{_escaped(url)}|{_escaped(label)}>" if link else "")}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(text: str, link: str, label: str) -> dict[str, Any]:
    """An adaptive card in a message; its text is a run, because a plain text block reads Markdown."""
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]}],
    }
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": label, "url": link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}
