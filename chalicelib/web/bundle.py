"""A bundler that combines the page's JavaScript modules into one script.

Each file is fetched by a request to Lambda, and the first visit would start an instance per module.
So the modules are served as one script, in which each becomes a function that is called once and
returns the module's exports. Only the forms of import and export that match below are supported.
"""

import re
from collections.abc import Mapping

IMPORT = re.compile(r'^import \{ ([^}]+) \} from "\./(\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
UNSUPPORTED = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)


def bundle_modules(modules: Mapping[str, str], start: str) -> str:
    """Return one script with the module `start` and, before it, all modules that it needs.

    Each is a function whose result, the module's exports, is a property of the script's object
    `modules`. The argument `modules` has the texts of the modules by name, without `.js`. Raises
    ValueError for a circular import and for an unsupported form of import or export, and KeyError
    if an imported module is missing.
    """
    parts: dict[str, str] = {}
    _add(start, modules, parts, ())
    return "\n".join(("const modules = {};", *parts.values()))


def _add(
    name: str, modules: Mapping[str, str], parts: dict[str, str], importing: tuple[str, ...]
) -> None:
    """Add a module to `parts` after its dependencies; `importing` is the chain of its importers."""
    if name in parts:
        return
    if name in importing:
        raise ValueError(f"circular import: {' → '.join((*importing, name))}")
    text = modules[name]
    for match in IMPORT.finditer(text):
        _add(match[2], modules, parts, (*importing, name))
    parts[name] = _wrapped(name, text)


def _wrapped(name: str, text: str) -> str:
    """Return a module as a function that returns its exports."""
    exported = [match[2] for match in EXPORT.finditer(text)]
    body = IMPORT.sub(r"const { \1 } = modules.\2;", COMMENT.sub("", text))
    body = EXPORT.sub(r"\1", body)
    unsupported = UNSUPPORTED.search(body)
    if unsupported:
        raise ValueError(f"{name}.js: unsupported form of import or export: {unsupported[0]}")
    return f"modules.{name} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"
