import hmac
from hashlib import sha256
from urllib.parse import quote

UNRESERVED_IN_PATHS = "/-._~!$&'()*+,;=:@"


def message(*, method: str, path: str, query: bytes, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What a till signs: method, PATH?QUERY, timestamp, nonce and hex(sha256(body)), each on a line of its own.

    `path` is unescaped and is signed in its shortest percent-encoding; `query` is signed as it was sent, and without a
    query there is no question mark.
    """
    target = quote(path, safe=UNRESERVED_IN_PATHS).encode() + (b"?" + query if query else b"")
    parts = (method.encode(), target, timestamp.encode(), nonce.encode(), sha256(body).hexdigest().encode())
    return b"\n".join(parts)


def sign(secret: str, signed: bytes) -> str:
    """The signature of a message: 64 hex digits."""
    return hmac.new(secret.encode(), signed, sha256).hexdigest()


def matches(signature: str, secret: str, signed: bytes) -> bool:
    """Whether `signature` (64 hex digits) is the HMAC-SHA256 of the message; takes equally long for any wrong one."""
    return hmac.compare_digest(signature.lower(), sign(secret, signed))
