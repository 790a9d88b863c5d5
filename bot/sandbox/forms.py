"""Forms as they come in a request's body, of either encoding."""

from email import message_from_bytes
from urllib.parse import parse_qsl


def form(content_type: str, body: bytes) -> dict[str, bytes]:
    """The form's fields by name; a body that is no form has none."""
    if content_type.startswith("application/x-www-form-urlencoded"):
        return {name: value.encode() for name, value in parse_qsl(body.decode(), keep_blank_values=True)}
    if content_type.startswith("multipart/form-data"):
        parts = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body).walk()
        return {
            str(part.get_param("name", header="content-disposition")): bytes(part.get_payload(decode=True) or b"")
            for part in parts
            if not part.is_multipart()
        }
    return {}
