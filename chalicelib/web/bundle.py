"""The page's JavaScript modules, joined into one script.

Each file fetched is one request to a Lambda function, and a first visit would start one function a
module. So the modules are served as one: each becomes a function that is called once and returns
what the module exports. Only the two forms of import and export below are understood.
"""

import re
from collections.abc import Mapping

IMPORT = re.compile(r'^import \{ ([^}]+) \} from "\./(\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)


def joined(modules: Mapping[str, str], start: str) -> str:
    """Return one script of the modules (text by name) that `start` needs, those needed first.

    Raises ValueError for a circular import, and for an import or export of another form.
    """
    parts: dict[str, str] = {}
    _join(start, modules, parts, ())
    return "\n".join(("const modules = {};", *parts.values()))


def _join(
    name: str, modules: Mapping[str, str], parts: dict[str, str], importing: tuple[str, ...]
) -> None:
    if name in parts:
        return
    if name in importing:
        raise ValueError(f"circular import: {' → '.join((*importing, name))}")
    text = modules[name]
    for match in IMPORT.finditer(text):
        _join(match[2], modules, parts, (*importing, name))
    parts[name] = _wrapped(name, text)


def _wrapped(name: str, text: str) -> str:
    exported = [match[2] for match in EXPORT.finditer(text)]
    body = IMPORT.sub(r"const { \1 } = modules.\2;", COMMENT.sub("", text))
    body = EXPORT.sub(r"\1", body)
    other = OTHER.search(body)
    if other:
        raise ValueError(f"{name}.js: this form cannot be joined: {other[0]}")
    return f"modules.{name} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"
