"""Makes a program of sources: bytecode, and what the functions' type hints say."""

import ast
import base64
import importlib.util
import inspect
import marshal
import re

from _heliosdb_modules import why_missing

MAGIC = importlib.util.MAGIC_NUMBER

# What a source has to name for the guest to be given it; nothing else is linked.
NEEDS = {
    "query": r"\bheliosdb_(query(_params)?|cursor_open)\b",
    "transaction": r"\bheliosdb_(begin|commit|rollback)_tx\b",
    "random": r"\b(random|secrets|uuid1|uuid4|urandom|SystemRandom|samples|shuffle|getrandbits"
    r"|heliosdb_(fetch|crypto_random|crypto_seal))\b",
    "now": r"\b(heliosdb_now|now|utcnow|today|fromtimestamp|time|time_ns|localtime|gmtime|ctime"
    r"|asctime|strftime|monotonic|monotonic_ns|perf_counter|perf_counter_ns|process_time|uuid1"
    r"|logging)\b",
}


class CompileError(Exception):
    """A source that cannot be a procedure."""


def compile_program(request, is_known):
    """
    `request` has `main`, the name of a module, and `modules`, by name: `file`, `source` and
    `is_package`. The answer has `missing`: modules that the caller may be able to add and ask
    again; or `error`; or the program.
    """
    try:
        trees = {
            name: ast.parse(module["source"], module["file"])
            for name, module in request["modules"].items()
        }
        missing = _missing(request, trees, is_known)
        if missing and not request["is_last"]:
            return {"missing": missing}
        _refuse_missing(request, trees, is_known)
        return _program(request, trees)
    except SyntaxError as error:
        return {"error": _syntax_error(error)}
    except (CompileError, ValueError) as error:
        return {"error": str(error)}


def _syntax_error(error):
    place = f"{error.filename}:{error.lineno}"
    text = (error.text or "").rstrip("\n")
    kept = text.lstrip()
    column = max((error.offset or 1) - 1 - (len(text) - len(kept)), 0)
    quoted = f"\n    {kept}\n    {' ' * column}^" if kept else ""
    return f"{place}: {type(error).__name__}: {error.msg}{quoted}"


# --- Imports. ---


def _imports(tree, package):
    """Every import that must succeed: its line, the module, and whether it may be a plain name."""
    found = []

    def visit(node):
        if isinstance(node, ast.Try) and any(_catches_imports(each) for each in node.handlers):
            for part in (*node.handlers, *node.orelse, *node.finalbody):
                visit(part)
            return
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.extend((node.lineno, alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level > 0:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*filter(None, parts), *filter(None, [base])])
            if base:
                found.append((node.lineno, base, False))
            prefix = f"{base}." if base else ""
            found.extend((node.lineno, prefix + alias.name, True) for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found


def _catches_imports(handler):
    caught = "" if handler.type is None else ast.unparse(handler.type)
    return handler.type is None or bool(re.search(r"\b(ImportError|ModuleNotFoundError|Exception)\b", caught))


def _package_of(name, module):
    return name if module["is_package"] else name.rpartition(".")[0]


def _missing(request, trees, is_known):
    missing = []
    for name, module in request["modules"].items():
        for _, wanted, may_be_a_name in _imports(trees[name], _package_of(name, module)):
            is_there = wanted in request["modules"] or is_known(wanted)
            # `from json import loads` names a function of a module that is there.
            is_there = is_there or (may_be_a_name and is_known(wanted.rpartition(".")[0]))
            if not is_there and wanted not in missing and why_missing(wanted) is None:
                missing.append(wanted)
    return missing


def _refuse_missing(request, trees, is_known):
    for name, module in request["modules"].items():
        for line, wanted, may_be_a_name in _imports(trees[name], _package_of(name, module)):
            if may_be_a_name or wanted in request["modules"] or is_known(wanted):
                continue
            reason = why_missing(wanted) or (
                "it is not in the engine's standard library, and no file beside the source has "
                "this name"
            )
            raise CompileError(f"{module['file']}:{line}: cannot import {wanted}: {reason}")


# --- The program. ---


def _program(request, trees):
    modules = {}
    for name, module in request["modules"].items():
        code = compile(trees[name], module["file"], "exec", dont_inherit=True, optimize=0)
        modules[name] = {
            "file": module["file"],
            "source": module["source"],
            "is_package": module["is_package"],
            "magic": MAGIC,
            "code": marshal.dumps(code),
        }
    main = request["main"]
    hints = Hints(trees[main])
    procedures = [
        _signature(node, hints, request["modules"][main]["file"]) for node in _functions(trees[main])
    ]
    documents = {
        each["name"]: [
            place for place, parameter in enumerate(each["parameters"]) if parameter["type"] == "JSON"
        ]
        for each in procedures
    }
    program = {"main": main, "modules": modules, "json_parameters": documents}
    words = "\n".join(module["source"] for module in request["modules"].values())
    return {
        "program": base64.b64encode(marshal.dumps(program)).decode(),
        "procedures": procedures,
        "needs": [need for need, pattern in NEEDS.items() if re.search(pattern, words)],
    }


def _functions(tree):
    listed = None
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            listed = set(ast.literal_eval(node.value))
    return [
        node
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (not node.name.startswith("_") if listed is None else node.name in listed)
    ]


def _signature(node, hints, file):
    arguments = node.args
    problem = None
    if isinstance(node, ast.AsyncFunctionDef):
        problem = "is async: nothing in a procedure waits, write def"
    elif arguments.vararg or arguments.kwarg:
        problem = "takes *args or **kwargs: SQL needs every parameter by name"
    elif any(default is None for default in arguments.kw_defaults):
        problem = "has a parameter that only a keyword can give: SQL passes them in order"
    if problem is not None:
        raise CompileError(
            f"{file}:{node.lineno}: {node.name} {problem}; a name that begins with _ is no procedure"
        )
    parameters = []
    for argument in (*arguments.posonlyargs, *arguments.args):
        kind, nullable = hints.sql_type(argument.annotation)
        parameters.append({"name": argument.arg, "type": kind, "nullable": nullable})
    documentation = ast.get_docstring(node)
    paragraph = inspect.cleandoc(documentation).split("\n\n")[0] if documentation else ""
    return {
        "name": node.name,
        "comment": " ".join(paragraph.split()) or None,
        "parameters": parameters,
        "returns": hints.sql_type(node.returns)[0],
    }


# --- Type hints. ---

SQL_TYPES = {
    "int": "BIGINT",
    "float": "DOUBLE",
    "str": "VARCHAR",
    "bool": "BOOLEAN",
    "bytes": "BLOB",
    "bytearray": "BLOB",
    "memoryview": "BLOB",
    "Decimal": "DECIMAL",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
    "timedelta": "INTERVAL",
    "UUID": "UUID",
    "Interval": "INTERVAL",
    "TimestampNs": "TIMESTAMP_NS",
    "TimeNs": "TIME_NS",
    "None": "BOOLEAN",
    "object": "JSON",
    "list": "JSON",
    "dict": "JSON",
    "Dict": "JSON",
    "Mapping": "JSON",
    "QueryResult": "JSON",
}
LISTS = {
    "list", "List", "Sequence", "Iterable", "Collection", "tuple", "Tuple", "set", "Set",
    "frozenset", "FrozenSet",
}  # fmt: skip


class Hints:
    """Reads type hints without running anything."""

    def __init__(self, tree):
        self._aliases = {}
        self._classes = {}
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                self._classes[node.name] = node
            elif isinstance(node, ast.Assign) and len(node.targets) == 1:
                if isinstance(node.targets[0], ast.Name):
                    self._aliases[node.targets[0].id] = node.value

    def sql_type(self, node, depth=0):
        """The SQL type that a hint stands for, None when it does not say, and whether NULL fits."""
        if node is None or depth > 20:
            return None, False
        if isinstance(node, ast.Constant):
            if node.value is None:
                return "BOOLEAN", True
            if isinstance(node.value, str):
                return self.sql_type(ast.parse(node.value, mode="eval").body, depth + 1)
            return None, False
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._union(_alternatives(node), depth)
        if isinstance(node, ast.Subscript):
            return self._generic(node, depth)
        name = _last_name(node)
        if name in SQL_TYPES:
            return SQL_TYPES[name], False
        if isinstance(node, ast.Name) and name in self._aliases:
            return self.sql_type(self._aliases[name], depth + 1)
        if isinstance(node, ast.Name) and name in self._classes:
            return self._class_type(self._classes[name]), False
        if name in LISTS:
            return "JSON", False
        return None, name == "Any"

    def _union(self, nodes, depth):
        kept = [node for node in nodes if not _is_none(node)]
        nullable = len(kept) < len(nodes)
        types = {self.sql_type(node, depth + 1)[0] for node in kept}
        return types.pop() if len(types) == 1 else None, nullable

    def _generic(self, node, depth):
        name = _last_name(node.value)
        inner = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name == "Optional":
            return self._union([*inner, ast.Constant(None)], depth)
        if name == "Union":
            return self._union(inner, depth)
        if name == "Annotated":
            text = inner[1] if len(inner) > 1 else None
            plain, nullable = self.sql_type(inner[0], depth + 1)
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                return text.value, nullable
            return plain, nullable
        if name in ("Final", "NewType"):
            return self.sql_type(inner[0], depth + 1)
        if name == "Literal":
            kinds = {type(each.value).__name__ for each in inner if isinstance(each, ast.Constant)}
            return SQL_TYPES.get(kinds.pop()) if len(kinds) == 1 else None, False
        if name in LISTS:
            items = [each for each in inner if not _is_ellipsis(each)]
            kind = self.sql_type(items[0], depth + 1)[0] if len(items) == 1 else None
            return f"{kind}[]" if kind not in (None, "JSON") else "JSON", False
        return "JSON" if name in SQL_TYPES else None, False

    def _class_type(self, node):
        bases = {_last_name(base) for base in node.bases}
        if bases & {"IntEnum", "IntFlag", "int"}:
            return "BIGINT"
        if bases & {"Enum", "StrEnum", "str"}:
            return "VARCHAR"
        return "JSON"


def _alternatives(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def _is_ellipsis(node):
    return isinstance(node, ast.Constant) and node.value is ...


def _last_name(node):
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
