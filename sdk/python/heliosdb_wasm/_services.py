"""What the database offers beside queries: cursors, cryptography, requests and metrics."""

from __future__ import annotations

import json
from typing import Any, Iterable, Iterator, Literal, Mapping, NamedTuple, Union

try:
    import _heliosdb  # type: ignore[import-not-found]
except ImportError:
    _heliosdb = None

HashAlgorithm = Literal["sha256", "sha384", "sha512", "sha3_256", "sha3_512"]
Cipher = Literal["aes_128_gcm", "aes_256_gcm", "chacha20_poly1305"]
# Texts stand for their UTF-8 bytes.
BytesLike = Union[bytes, bytearray, memoryview, str]

# Numbers as in runtime/abi/procedure-abi.yaml.
_HASHES = {"sha256": 1, "sha384": 2, "sha512": 3, "sha3_256": 4, "sha3_512": 5}
_CIPHERS = {"aes_128_gcm": 1, "aes_256_gcm": 2, "chacha20_poly1305": 3}
_ED25519 = 1


def host() -> Any:
    """The engine's module, which is there inside a procedure only."""
    if _heliosdb is None:
        raise RuntimeError("heliosdb_wasm works only inside a HeliosDB procedure")
    return _heliosdb


def parameter_list(parameters: Iterable[Any] | None) -> list[Any] | None:
    """Values for a statement's placeholders as a list."""
    if isinstance(parameters, (str, bytes, Mapping)):
        raise TypeError(f"query parameters are a list, not a {type(parameters).__name__}")
    return None if parameters is None else list(parameters)


def _number(names: Mapping[str, int], name: str, what: str) -> int:
    number = names.get(name)
    if number is None:
        raise ValueError(f"a {what} is {', '.join(names)}, and not {name!r}")
    return number


class Cursor:
    """The rows of a query that may be larger than the procedure's memory.

    Iterating gives rows; ``next_batch`` gives several at once. A cursor ends with its call.
    """

    def __init__(self, number: int) -> None:
        self._number: int | None = number

    def next_batch(self, rows_max: int = 0) -> Any:
        """At most ``rows_max`` further rows, as many as fit for 0; ``None`` after the last."""
        if self._number is None:
            return None
        rows = host().cursor_next(self._number, rows_max)
        if rows is None:
            self.close()
        return rows

    def close(self) -> None:
        """Closes the cursor before its call ends; closing it again does nothing."""
        number, self._number = self._number, None
        if number is not None:
            host().cursor_close(number)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (rows := self.next_batch()) is not None:
            yield from rows

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def heliosdb_cursor_open(sql: str, parameters: Iterable[Any] | None = None) -> Cursor:
    """Runs one SQL statement whose rows are fetched in batches."""
    return Cursor(host().cursor_open(sql, parameter_list(parameters)))


def heliosdb_crypto_hash(algorithm: HashAlgorithm, data: BytesLike) -> bytes:
    """The hash of some bytes. All functions of this kind need the capability ``crypto``."""
    return host().crypto_hash(_number(_HASHES, algorithm, "hash algorithm"), data)


def heliosdb_crypto_hmac(algorithm: HashAlgorithm, key: BytesLike, data: BytesLike) -> bytes:
    """The HMAC of some bytes; compare it with ``heliosdb_crypto_equal``."""
    return host().crypto_hmac(_number(_HASHES, algorithm, "hash algorithm"), key, data)


def heliosdb_crypto_random(length: int) -> bytes:
    """Random bytes of the operating system."""
    return host().crypto_random(length)


def heliosdb_crypto_seal(
    cipher: Cipher, key: BytesLike, message: BytesLike, bound: BytesLike = b""
) -> bytes:
    """Encrypts a message under a nonce that the database draws and keeps in front of it.

    ``bound`` is authenticated with the message: give the same to ``heliosdb_crypto_open``.
    """
    return host().crypto_seal(_number(_CIPHERS, cipher, "cipher"), key, bound, message)


def heliosdb_crypto_open(
    cipher: Cipher, key: BytesLike, sealed: BytesLike, bound: BytesLike = b""
) -> bytes:
    """Decrypts what ``heliosdb_crypto_seal`` sealed; raises when anything was changed."""
    return host().crypto_open(_number(_CIPHERS, cipher, "cipher"), key, bound, sealed)


def heliosdb_crypto_verify(key: BytesLike, message: BytesLike, signature: BytesLike) -> bool:
    """Whether an Ed25519 signature is the key's for the message."""
    return host().crypto_verify(_ED25519, key, message, signature)


def heliosdb_crypto_equal(left: BytesLike, right: BytesLike) -> bool:
    """Whether two secrets are equal, in a time that tells nothing about where they differ."""
    return host().crypto_equal(left, right)


class FetchResponse(NamedTuple):
    """What came back, whatever the status."""

    status: int
    #: The address that answered, after redirects.
    url: str
    #: Names in lower case and values, in their order.
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of a name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def text(self) -> str:
        """The body as UTF-8 text."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def heliosdb_fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: BytesLike | None = None,
    timeout_ms: int | None = None,
) -> FetchResponse:
    """Asks a host that the procedure was granted with ``network:<domain>``, over HTTPS.

    A status such as 404 is an answer and raises nothing.
    """
    request: dict[str, Any] = {"url": url, "method": method}
    if headers:
        request["headers"] = dict(headers)
    if body is not None:
        request["body"] = body.encode() if isinstance(body, str) else bytes(body)
    if timeout_ms is not None:
        request["timeout_ms"] = timeout_ms
    answer = host().fetch(request)
    pairs = [(name, value) for name, value in answer["headers"]]
    return FetchResponse(answer["status"], answer["url"], pairs, answer["body"])


_folders: list[str] | None = None


def heliosdb_folders() -> list[str]:
    """The paths of the folders that the procedure was granted with ``filesystem:``.

    ``open``, ``os`` and ``pathlib`` work below them, with absolute paths.
    """
    global _folders
    if _folders is None:
        _folders = host().folders()
    return list(_folders)


def heliosdb_metric_count(name: str, amount: int = 1) -> None:
    """Adds to a count that ``heliosdb_custom_metrics()`` shows."""
    host().metric_count(name, amount)


def heliosdb_metric_observe(name: str, value: float) -> None:
    """Reports a measured value, of which number, total, least, greatest and mean are kept."""
    host().metric_observe(name, value)
