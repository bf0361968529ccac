"""Which modules the engine has, and why it has no others."""

PRELOADED = (
    "__future__ _strptime abc array ast base64 binascii bisect calendar cmath codecs collections "
    "collections.abc colorsys contextlib contextvars copy csv dataclasses datetime decimal "
    "difflib enum fnmatch fractions functools graphlib hashlib heapq hmac html io ipaddress "
    "itertools json keyword locale logging marshal math numbers operator os pathlib pickle pprint "
    "random "
    "re reprlib secrets shlex statistics string struct textwrap time tomllib traceback types "
    "typing unicodedata urllib.parse uuid warnings weakref "
    "encodings.ascii encodings.cp1252 encodings.idna encodings.iso8859_1 encodings.iso8859_15 "
    "encodings.latin_1 encodings.punycode encodings.utf_16 encodings.utf_16_be "
    "encodings.utf_16_le encodings.utf_32 encodings.utf_8_sig"
).split()

_NO_NETWORK = "a procedure has no network"
_NO_FILES = "it needs files as a process has them; open() works in granted folders"
_NO_PROCESSES = "a procedure starts no programs"
_NO_THREADS = "a procedure is one thread; call it over many rows instead"
_NATIVE = "extensions in machine code do not run in the sandbox"

_REASONS = {
    _NO_NETWORK: "socket ssl select selectors http urllib.request urllib3 requests httpx aiohttp "
    "ftplib smtplib poplib imaplib telnetlib socketserver xmlrpc webbrowser boto3",
    _NO_FILES: "shutil tempfile glob sqlite3 dbm shelve zipfile tarfile fileinput mmap duckdb",
    _NO_PROCESSES: "subprocess multiprocessing pty signal",
    _NO_THREADS: "asyncio concurrent sched queue",
    _NATIVE: "ctypes cffi numpy pandas scipy polars pyarrow sklearn torch cv2 PIL lxml psycopg2 "
    "zlib bz2 lzma gzip",
    "the time zone database is not there; SQL's AT TIME ZONE converts": "zoneinfo pytz dateutil",
}
_WHY = {name: reason for reason, names in _REASONS.items() for name in names.split()}


def why_missing(name):
    """Why a procedure cannot have a module of this name; None when nothing forbids it."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        reason = _WHY.get(".".join(parts[:end]))
        if reason is not None:
            return reason
    return None
