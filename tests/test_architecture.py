"""The rules of the house: who may import whom, which library has which gate, and the limits of style.

Every rule is a row of a table with its reason, or one test.  What breaks a rule is named by file and line.
"""

from __future__ import annotations

import ast
import re
import statistics
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGES = ("config", "crawler", "seeds", "storage")
OTHERS = ("tests", "bench")

# Files (the first pattern that fits) -> packages of ours that they may import, and why no others.
IMPORTS = [
    ("config/*", ["config"], "settings are read before anything else exists"),
    ("storage/publish/*", ["storage", "config"], "publishers read the file; they never crawl"),
    ("storage/*", ["storage", "!storage.publish"], "the archive knows neither where its rows come from nor who reads them"),
    ("seeds/*", ["seeds"], "the embedded portal stands alone: it must not share the mistakes of the code that reads it"),
    ("crawler/cli*.py", ["crawler", "storage", "config", "seeds"], "the command line sees everything"),
    ("crawler/demo.py", ["crawler", "storage", "config", "seeds", "!storage.publish"], "the demo crawls the embedded portal"),
    ("crawler/*", ["crawler", "storage", "config", "!storage.publish"], "crawler and publishers meet only in the file"),
    ("tests/*", ["tests", *PACKAGES], "tests see everything"),
    ("bench/*", ["bench", "tests", *PACKAGES], "benchmarks see everything"),
]

_SCREEN = ["crawler/cli*.py", "crawler/demo.py", "crawler/render*.py"]

# Library -> the files that may import it: its gate.  A library without a row here may not be imported at all.
GATES = {
    "apprise": ["storage/publish/gateways.py"],  # an extra: mails and webhooks are our own
    "apscheduler": ["crawler/daemon.py"],  # replaceable: the schedule is a column, this only ticks
    "charset_normalizer": ["crawler/charset.py"],  # its guesses are a last resort, and only there
    "click": _SCREEN,  # only what talks to people pays for it
    "httpcore": ["crawler/network.py"],  # httpx's ground floor: there addresses are checked before they are asked
    "httpx": ["crawler/http.py", "storage/publish/posting.py"],  # one place each that can reach the network
    "prometheus_client": ["crawler/metrics.py"],  # an extra: the figures are ours, only their form is its
    "protego": ["crawler/robots.py"],  # one reading of robots.txt
    "pydantic": ["config/*"],  # a tenth of a second to import
    "pydantic_core": ["config/*"],  # pydantic's ground floor
    "pypdf": ["crawler/pdf.py"],  # an extra: files are kept without it too
    "rapidfuzz": ["storage/diff.py"],  # its opcodes are the diff's alone
    "rich": _SCREEN,  # only what talks to people pays for it
    "selectolax": ["crawler/html.py"],  # its traps (depth, surrogates, mutation) are dealt with there
    "sqlite_utils": ["storage/*"],  # nobody else opens the file
    "spellchecker": ["storage/spelling.py"],  # its dictionary takes a fifth of a second to load
    "structlog": ["crawler/events.py"],  # what logs
    "trafilatura": ["crawler/fallback.py"],  # a labelled last resort, half a second to import
    "uvicorn": ["seeds/*"],  # the embedded portal is the only server
    "zstandard": ["storage/bodies.py"],  # the only compressed column
}

ENVIRONMENT_READERS = ["config/*"]  # one place that can tell where a setting came from
BROAD_HANDLERS = ["crawler/daemon.py"]  # a tick that fails must not take the daemon down; everywhere else it hides mistakes

MODULE_LINES = 400
FUNCTION_LINES = 60
MEDIAN_FUNCTION_LINES = 10

FUTURE = "from __future__ import annotations"


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, its dotted name, text and tree."""

    path: str
    module: str
    text: str
    tree: ast.Module


@dataclass(frozen=True)
class Import:
    """One imported module, absolute: `names` are what is taken from it (none for `import x`)."""

    line: int
    module: str
    names: tuple[str, ...]


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Return every Python file below the given folders of the root."""
    return tuple(source_of(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))


def source_of(path: Path) -> Source:
    """Read one file."""
    name = path.relative_to(ROOT)
    module = ".".join(name.with_suffix("").parts).removesuffix(".__init__")
    text = path.read_text(encoding="utf-8")
    return Source(name.as_posix(), module, text, ast.parse(text, filename=str(path)))


def fits(path: str, patterns: list[str]) -> bool:
    """Tell whether a path fits one of the patterns; `*` crosses folders."""
    return any(fnmatch(path, pattern) for pattern in patterns)


def is_type_checking(node: ast.AST) -> bool:
    """Tell whether a node is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def nodes(node: ast.AST, *, typing_only: bool) -> Iterator[ast.AST]:
    """Walk a tree in order of lines, with or without what stands under `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if typing_only or not is_type_checking(child):
            yield child
            yield from nodes(child, typing_only=typing_only)


def imports(source: Source, *, typing_only: bool = True) -> Iterator[Import]:
    """Yield every import of a file, those inside functions included."""
    package = source.module if source.path.endswith("__init__.py") else source.module.rpartition(".")[0]
    for node in nodes(source.tree, typing_only=typing_only):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name, ())
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, node.module] if node.module else above)
            yield Import(node.lineno, module, tuple(alias.name for alias in node.names))


def targets(found: Import) -> list[str]:
    """Return the dotted names that an import may stand for: the module, and what is taken from it."""
    return [found.module, *(f"{found.module}.{name}" for name in found.names)]


def forbidden(found: Import, allowed: list[str]) -> bool:
    """Tell whether an import of ours is in none of the allowed packages, or in one of those excepted with '!'."""
    inside = any(f"{found.module}.".startswith(f"{package}.") for package in allowed)
    excepted = any(f"!{name}.".startswith(f"{package}.") for name in targets(found) for package in allowed)
    return not inside or excepted


def functions(*folders: str) -> Iterator[tuple[Source, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield every function and method below the given folders, with its file."""
    for source in sources(*folders):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield source, node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's number of lines, signature and docstring included."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def none(found: list[str]) -> None:
    """Assert that nothing was found, and list what was, one a line."""
    assert not found, "\n" + "\n".join(found)


def test_there_is_something_to_check():
    """The other tests would pass on an empty tree."""
    assert {source.module.partition(".")[0] for source in sources(*PACKAGES)} == set(PACKAGES)


def test_imports_run_one_way():
    """No file imports a package of ours that its row in the table does not allow."""
    found = []
    for source in sources(*PACKAGES, *OTHERS):
        _, allowed, reason = next(row for row in IMPORTS if fnmatch(source.path, row[0]))
        found += [
            f"{source.path}:{each.line}: imports {each.module}: {reason}"
            for each in imports(source)
            if each.module.partition(".")[0] in PACKAGES and forbidden(each, allowed)
        ]
    none(found)


@pytest.mark.parametrize(
    ("statement", "allowed", "wrong"),
    [
        (Import(1, "crawler.urls", ()), ["crawler"], False),
        (Import(1, "crawler.urls", ()), ["storage"], True),
        (Import(1, "storage", ("publish",)), ["storage", "!storage.publish"], True),
        (Import(1, "storage.publish.feeds", ("atom",)), ["storage", "!storage.publish"], True),
        (Import(1, "storage.publishers", ()), ["storage", "!storage.publish"], False),
        (Import(1, "storages", ()), ["storage"], True),
    ],
)
def test_the_import_rule_itself(statement, allowed, wrong):
    """The check sees through both forms of import and is not misled by similar names."""
    assert forbidden(statement, allowed) is wrong


def test_every_library_has_its_gate():
    """A library is imported only where its row in the table says, and one without a row nowhere."""
    found = []
    for source in sources(*PACKAGES):
        for each in imports(source):
            library = each.module.partition(".")[0]
            if library in sys.stdlib_module_names or library in PACKAGES:
                continue
            if not fits(source.path, GATES.get(library, [])):
                gate = ", ".join(GATES.get(library, [])) or "none: give it one in GATES"
                found.append(f"{source.path}:{each.line}: imports {library}, whose gate is {gate}")
    none(found)


def dependency_graph() -> dict[str, set[str]]:
    """Return module -> modules of ours that it needs at run time; what only types need cannot make a cycle."""
    known = {source.module for source in sources(*PACKAGES)}
    graph = {}
    for source in sources(*PACKAGES):
        reached = {name for each in imports(source, typing_only=False) for name in targets(each) if name in known}
        # `from package import module` needs the module; the package's own __init__ only where a name is taken from it.
        packages = {each.module for each in imports(source, typing_only=False) if each.names and set(targets(each)[1:]) <= known}
        graph[source.module] = reached - packages - {source.module}
    return graph


def test_no_module_imports_itself_in_a_circle():
    """The modules can be put in an order in which each needs only those before it."""
    try:
        order = list(TopologicalSorter(dependency_graph()).static_order())
    except CycleError as error:
        pytest.fail(f"imports run in a circle: {' -> '.join(reversed(error.args[1]))}")
    assert order


def reads_environment(node: ast.AST) -> bool:
    """Tell whether a node is `os.environ`, `os.getenv` and the like, or imports one of them."""
    names = {"environ", "environb", "getenv", "getenvb"}
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(alias.name in names for alias in node.names)
    return isinstance(node, ast.Attribute) and node.attr in names and isinstance(node.value, ast.Name) and node.value.id == "os"


def test_only_the_configuration_reads_the_environment():
    """Everybody else is given settings."""
    none(
        [
            f"{source.path}:{node.lineno}: reads the environment"
            for source in sources(*PACKAGES)
            if not fits(source.path, ENVIRONMENT_READERS)
            for node in ast.walk(source.tree)
            if reads_environment(node)
        ]
    )


def bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement at the top of a module binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        places = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (leaf.id for place in places for leaf in ast.walk(place) if isinstance(leaf, ast.Name))
    elif isinstance(node, ast.If | ast.Try) and not is_type_checking(node):
        yield from (name for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt) for name in bound(child))


def exported(source: Source) -> list[str] | None:
    """Return the names in a module's `__all__`, or None where it has none."""
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(place, ast.Name) and place.id == "__all__" for place in node.targets):
            return list(ast.literal_eval(node.value))
    return None


def test_exports_exist():
    """Every name in `__all__` is bound in its module, once."""
    found = []
    for source in sources(*PACKAGES):
        names = {name for node in source.tree.body for name in bound(node)}
        listed = exported(source) or []
        found += [f"{source.path}:1: __all__ names {name}, which is not there" for name in listed if name not in names]
        found += [f"{source.path}:1: __all__ names {name} twice" for name in set(listed) if listed.count(name) > 1]
    none(found)


def is_public(source: Source) -> bool:
    """Tell whether a module defines a function or class that others may use."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
        for node in source.tree.body
    )


def test_public_modules_say_what_they_export():
    """A module with a public surface has an `__all__`."""
    none(
        [
            f"{source.path}:1: has public names but no __all__"
            for source in sources(*PACKAGES)
            if is_public(source) and exported(source) is None
        ]
    )


def handlers() -> Iterator[tuple[Source, ast.ExceptHandler]]:
    """Yield every `except` of our packages."""
    for source in sources(*PACKAGES):
        yield from ((source, node) for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler))


def test_no_bare_except():
    """Nothing swallows Ctrl-C."""
    none([f"{source.path}:{node.lineno}: bare except" for source, node in handlers() if node.type is None])


def test_no_broad_except():
    """Only what may fail is caught, but for the daemon's ticks."""
    none(
        [
            f"{source.path}:{node.lineno}: catches everything"
            for source, node in handlers()
            if node.type is not None and not fits(source.path, BROAD_HANDLERS)
            if any(isinstance(leaf, ast.Name) and leaf.id in ("Exception", "BaseException") for leaf in ast.walk(node.type))
        ]
    )


def test_no_global():
    """No function changes a module's state."""
    none(
        [
            f"{source.path}:{node.lineno}: global {', '.join(node.names)}"
            for source in sources(*PACKAGES)
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Global)
        ]
    )


def test_annotations_are_never_evaluated_at_import():
    """Every file that holds more than a docstring begins with the future import."""
    found = []
    for source in sources(*PACKAGES, *OTHERS):
        code = source.tree.body[1:] if ast.get_docstring(source.tree) is not None else source.tree.body
        if code and ast.unparse(code[0]) != FUTURE:
            found.append(f"{source.path}:{code[0].lineno}: does not begin with '{FUTURE}'")
    none(found)


def is_one_sentence(text: str | None) -> bool:
    """Tell whether a docstring is a single sentence on a single line."""
    return bool(text) and "\n" not in text and text.endswith((".", "?")) and not re.search(r"[.?!] [A-Z]", text)


def test_every_test_says_in_one_sentence_what_it_shows():
    """A failing test explains itself."""
    none(
        [
            f"{source.path}:{node.lineno}: {node.name} has no docstring of one sentence"
            for source, node in functions("tests")
            if node.name.startswith("test_") and not is_one_sentence(ast.get_docstring(node))
        ]
    )


def test_no_function_is_long():
    """Every function fits a screen."""
    none(
        [
            f"{source.path}:{node.lineno}: {node.name} has {length(node)} lines, more than {FUNCTION_LINES}"
            for source, node in functions(*PACKAGES)
            if length(node) > FUNCTION_LINES
        ]
    )


def test_most_functions_are_short():
    """The median function is small; the longest are named where it is not."""
    sizes = sorted(
        ((length(node), f"{source.path}:{node.lineno}: {node.name}") for source, node in functions(*PACKAGES)), reverse=True
    )
    median = statistics.median(size for size, _ in sizes)
    longest = "\n".join(f"{name} ({size} lines)" for size, name in sizes[:10])
    assert median <= MEDIAN_FUNCTION_LINES, f"the median function has {median} lines; the longest:\n{longest}"


def test_no_module_is_long():
    """A module that outgrows the limit does two jobs."""
    none(
        [
            f"{source.path}:1: {len(source.text.splitlines())} lines, more than {MODULE_LINES}"
            for source in sources(*PACKAGES)
            if len(source.text.splitlines()) > MODULE_LINES
        ]
    )
