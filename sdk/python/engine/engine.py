"""The Python half of the engine: compiling programs, loading them, and what they may import.

Everything imported here lies in the engine's first state and costs an instance nothing.
"""

import builtins
import decimal
import functools
import importlib.machinery
import importlib.util
import io
import json
import linecache
import logging
import marshal
import os
import random
import sys
import traceback

import heliosdb_wasm
from _heliosdb_compile import compile_program
from _heliosdb_modules import PRELOADED, why_missing

MAGIC = importlib.util.MAGIC_NUMBER
LOAD_RANDOM = 1
FRAMES_MAX = 10
# As many as a DECIMAL can have: Python's own 28 would round sums of large ones.
DECIMAL_DIGITS = 38

_modules = {}
_json_parameters = {}
_main = None
# A call that printed ends its last line.
has_open_line = False


class Columns(tuple):
    """The columns of a result, and their names alone."""

    names = ()


def columns_of(described):
    columns = Columns(heliosdb_wasm.Column(each["name"], each["type"]) for each in described)
    columns.names = tuple(column.name for column in columns)
    return columns


# --- Loading a program. ---


class ProgramFinder:
    """Finds the modules that were compiled into the program."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        found = _modules.get(name)
        if found is not None:
            loader = ProgramLoader(found)
            return importlib.util.spec_from_loader(
                name, loader, origin=found["file"], is_package=found["is_package"]
            )
        reason = why_missing(name)
        if reason is not None:
            raise ModuleNotFoundError(f"No module named '{name}': {reason}", name=name)
        return None


class ProgramLoader:
    def __init__(self, module):
        self._module = module

    def create_module(self, spec):
        return None

    def get_source(self, name):
        return self._module["source"]

    def is_package(self, name):
        return self._module["is_package"]

    def exec_module(self, module):
        module.__file__ = self._module["file"]
        exec(self.code(), module.__dict__)

    def code(self):
        kept = self._module["code"]
        if kept is not None and self._module["magic"] == MAGIC:
            return marshal.loads(kept)
        # Made for another version of the language: its bytecode means nothing here.
        return compile(
            self._module["source"], self._module["file"], "exec", dont_inherit=True, optimize=0
        )


def load(program, flags):
    global _main
    if flags & LOAD_RANDOM:
        # The generator's state was frozen with the engine.
        random.seed()
    loaded = marshal.loads(program)
    _modules.update(loaded["modules"])
    _json_parameters.update(loaded["json_parameters"])
    spec = ProgramFinder.find_spec(loaded["main"])
    _main = importlib.util.module_from_spec(spec)
    sys.modules[loaded["main"]] = _main
    sys.modules["__main__"] = _main
    spec.loader.exec_module(_main)


def entry(name):
    """The function behind a name, with how many arguments it must and can have."""
    function = getattr(_main, name, None)
    if not callable(function):
        raise AttributeError(f"the module has no function '{name}' when it is called")
    code = getattr(function, "__code__", None)
    accepted = 0 if code is None else code.co_argcount
    required = accepted - len(getattr(function, "__defaults__", None) or ())
    places = _json_parameters.get(name, ())
    if not places:
        return function, required, accepted

    def with_documents(*arguments):
        return function(*(
            json.loads(argument) if place in places and isinstance(argument, str) else argument
            for place, argument in enumerate(arguments)
        ))

    return with_documents, required, accepted


def end_call():
    global has_open_line
    has_open_line = False
    sys.stdout.end_line()
    sys.stderr.end_line()


# --- Errors. ---


def describe_error(error):
    """The code, the text and the stack that the statement fails with."""
    end_call()
    code = getattr(error, "code", 1)
    if type(code) is not int or not -(2**31) <= code < 2**31:
        code = 1
    frames = [
        f'File "{frame.filename}", line {frame.lineno}, in {frame.name}: {frame.line}'
        for frame in reversed(traceback.extract_tb(error.__traceback__))
        if not frame.filename.startswith("/lib/")
    ]
    if len(frames) > FRAMES_MAX:
        hidden = len(frames) - FRAMES_MAX
        frames[FRAMES_MAX - 3 : -3] = [f"({hidden} more frames)"]
    return code, _summary(error), "\n".join(frames)


def _summary(error):
    kind = type(error)
    is_own = kind in (heliosdb_wasm.ProcedureError, heliosdb_wasm.QueryError)
    if isinstance(error, SystemExit):
        summary = "SystemExit: a procedure returns, it does not exit"
    elif is_own and str(error):
        summary = str(error)
    else:
        summary = "".join(traceback.format_exception_only(error)).strip()
    if kind is heliosdb_wasm.QueryError:
        summary = f"{summary} ({error.sqlstate})"
    cause = error.__cause__
    return summary if cause is None else f"{summary}, because of {_summary(cause)}"


# --- Compiling. ---


def compile_json(request):
    return json.dumps(compile_program(json.loads(request), is_known))


def is_known(name):
    """Whether a procedure can import a module without bringing it along."""
    return name in sys.modules or name in sys.builtin_module_names


# --- The state that the engine starts from. ---


class LogStream(io.TextIOBase):
    """Lines that are printed become lines of the procedure's log."""

    def __init__(self, level):
        super().__init__()
        self._level = level
        self._rest = ""

    def writable(self):
        return True

    def write(self, text):
        global has_open_line
        has_open_line = True
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            heliosdb_wasm.heliosdb_log(self._level, line)
        return len(text)

    def end_line(self):
        if self._rest:
            line, self._rest = self._rest, ""
            heliosdb_wasm.heliosdb_log(self._level, line)


class LogHandler(logging.Handler):
    def emit(self, record):
        level = min(max(record.levelno // 10 - 1, 0), 3)
        heliosdb_wasm.heliosdb_log(level, self.format(record))


def _refuse(*arguments, **options):
    raise PermissionError(
        "a procedure has no files unless it was granted a folder: query the database instead"
    )


# There is one folder less than a process has: that in which relative paths begin.
NO_FILE_FUNCTIONS = "chdir getcwd link readlink symlink utime".split()
FILE_FUNCTIONS = (
    "listdir lstat mkdir open remove rename replace rmdir scandir stat truncate unlink"
).split()


def _in_folders(function):
    """The function where the procedure was granted a folder, a refusal elsewhere."""

    @functools.wraps(function)
    def guarded(*arguments, **options):
        if not heliosdb_wasm.heliosdb_folders():
            _refuse()
        return function(*arguments, **options)

    return guarded


def seal():
    """Leaves nothing that refers to the machine the engine was built on."""
    for name in PRELOADED:
        importlib.import_module(name)
    sys.path[:] = []
    sys.path_hooks[:] = []
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [
        importlib.machinery.BuiltinImporter,
        importlib.machinery.FrozenImporter,
        ProgramFinder,
    ]
    sys.argv[:] = [""]
    sys.stdin = sys.__stdin__ = None
    sys.stdout = sys.__stdout__ = LogStream("info")
    sys.stderr = sys.__stderr__ = LogStream("warn")
    builtins.open = io.open = _in_folders(io.open)
    for name in FILE_FUNCTIONS:
        if hasattr(os, name):
            setattr(os, name, _in_folders(getattr(os, name)))
    for name in NO_FILE_FUNCTIONS:
        if hasattr(os, name):
            setattr(os, name, _refuse)
    logging.basicConfig(level=logging.DEBUG, handlers=[LogHandler()], format="%(message)s")
    linecache.clearcache()
    decimal.DefaultContext.prec = DECIMAL_DIGITS
    decimal.setcontext(decimal.Context(prec=DECIMAL_DIGITS))
    # The same engine of the same sources; a program that draws random numbers seeds it anew.
    random.seed(0)
