"""Manifest files as plain values that know their lines. Reading goes on after a mistake, so that all are found."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from bot.config.mistakes import Mistake, Place, shown, suggest

FOLDERS = ("oncall", "runbooks", "slack", "workflows")
"""What `manifests/` may hold. Slack's own manifest is Slack's to check."""

SERVICES = "services.yaml"
HATS = "hats.yaml"


@dataclass(frozen=True, slots=True)
class Document:
    file: str
    tree: dict[str, Any]
    """Made of dict, list, str, int, float, bool and None."""
    lines: dict[Place, int]
    spoiled: frozenset[Place] = frozenset()
    """Places of values that could not be read: the mistake is named already."""

    def at(self, place: Place) -> Any:
        """Return the value at a place; None where there is none."""
        value: Any = self.tree
        for part in place:
            match value, part:
                case dict(), str():
                    value = value.get(part)
                case list(), int():
                    value = value[part]
                case _:
                    return None
        return value

    def mistake(self, place: Place, what: str, instead: str) -> Mistake:
        """Name a mistake with the line of its place, or of the nearest thing around it that is written."""
        near = next(place[:depth] for depth in range(len(place), -1, -1) if place[:depth] in self.lines)
        return Mistake(self.file, self.lines[near], f"{written(place)}: {what}" if place else what, instead)


def written(place: Place) -> str:
    """Write a place as people do: `steps[0].path`."""
    place = tuple(part if isinstance(part, int) else shown(part).strip("“”") for part in place)
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def items(value: Any) -> list[Any]:
    """Return a list that may be written at a place; none where something else is."""
    return value if isinstance(value, list) else []


def words(value: Any) -> list[str]:
    """Return what is text of a list that may be written at a place."""
    return [item for item in items(value) if isinstance(item, str)]


def read_folder(root: Path, found: list[Mistake]) -> dict[str, Document]:
    """Read every YAML file of the known folders, by its path below the root."""
    documents = dict[str, Document]()
    for path in sorted(root.rglob("*.y*ml")):
        below = path.relative_to(root)
        file, folder = f"{root.name}/{below.as_posix()}", below.parent.as_posix()
        if any(part.startswith(".") for part in below.parts) or path.suffix not in {".yaml", ".yml"}:
            continue
        if path.suffix == ".yml":
            found.append(Mistake(file, 1, "manifests end in .yaml", f"Rename it to {path.stem}.yaml."))
        elif folder == "." and below.name not in {SERVICES, HATS}:
            found.append(Mistake(file, 1, "nothing reads this file", f"Put it into one of: {', '.join(FOLDERS)}."))
        elif folder not in {".", *FOLDERS}:
            what = f"nothing reads the folder {shown(folder)}"
            found.append(Mistake(file, 1, what, suggest(folder, FOLDERS, "There are")))
        elif folder != "slack" and (document := _read_file(path, file, found)):
            documents[below.as_posix()] = document
    return documents


def _read_file(path: Path, file: str, found: list[Mistake]) -> Document | None:
    try:
        return read(path.read_bytes(), file, found)
    except OSError as error:
        found.append(Mistake(file, 1, f"the file cannot be read: {error.strerror}", "Let this user read it."))
        return None


def read(data: bytes, file: str, found: list[Mistake]) -> Document | None:
    """Read one file; None where there is no mapping to go on with."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found.append(Mistake(file, line, "this is not UTF-8 text", "Save the file as UTF-8."))
        return None
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False  # anchors are refused below, with their line
    try:
        node = yaml.compose(text)
        if node is None:
            found.append(Mistake(file, 1, "the file is empty", "Fill it in or remove it."))
            return None
        if not isinstance(node, MappingNode):
            found.append(Mistake(file, 1, f"this is {KINDS[type(node)]}", "Write keys and values: `key: value`."))
            return None
        reader = _Reader(file, yaml, found)
        tree = reader.mapping(node, ())
        return Document(file, tree, {**reader.lines, (): 1}, frozenset(reader.spoiled))
    except RecursionError:
        found.append(Mistake(file, 1, "values are nested too deeply", "Write it flatter."))
    except YAMLError as error:
        found.append(_syntax(error, text, file))
    return None


KINDS: dict[type[Node], str] = {MappingNode: "a mapping", SequenceNode: "a list", ScalarNode: "a single value"}


def _syntax(error: YAMLError, text: str, file: str) -> Mistake:
    """Translate what the parser says into what an editor can do."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Mistake(file, line, "there is an invisible control character", "Remove it.")
    marked = error if isinstance(error, MarkedYAMLError) else MarkedYAMLError(problem=str(error))
    line = marked.problem_mark.line + 1 if marked.problem_mark else 1
    words = text.splitlines()[line - 1 : line]
    problem = shown(marked.problem).strip("“”")
    if marked.context_mark and ("<stream end>" in problem or "end of stream" in problem):
        return Mistake(
            file, marked.context_mark.line + 1, "a quote or bracket opens here and never closes", "Close it."
        )
    if "'\\t'" in problem:
        return Mistake(file, line, "there is a tab", "Indent with spaces.")
    if "another document" in problem:
        return Mistake(file, line, "a second document begins", "Write one manifest per file.")
    if words and "${" in words[0]:
        return Mistake(file, line, f"this is not YAML: {problem}", 'Inside {…} and […], put quotes around "${…}".')
    return Mistake(file, line, f"this is not YAML: {problem}", "Look at the colons, quotes and indentation here.")


class _Reader:
    """Turns YAML's nodes into plain values and remembers the line of each."""

    def __init__(self, file: str, yaml: YAML, found: list[Mistake]) -> None:
        self.lines = dict[Place, int]()
        self.spoiled = set[Place]()
        self._file = file
        self._yaml = yaml
        self._found = found

    def mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        values = dict[str, Any]()
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None or not _is_text(key):
                self._mistake(key_node, place, "a key must be a word", "Write `key: value`.")
            elif key in values:
                first = self.lines[*place, key]
                self._mistake(key_node, (*place, key), f"stands here twice, first in line {first}", "Keep one.")
            else:
                self.lines[*place, key] = key_node.start_mark.line + 1
                values[key] = self._value(value_node, (*place, key))
        return values

    def _value(self, node: Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if node.anchor:
            return self._spoiled(
                node, place, f"“&{node.anchor}” is an anchor", "Write the value out where it is needed."
            )
        match node:
            case MappingNode():
                return self.mapping(node, place)
            case SequenceNode():
                return [self._value(item, (*place, index)) for index, item in enumerate(node.value)]
            case _:
                return self._scalar(node, place)

    def _scalar(self, node: Node, place: Place) -> Any:
        kind, word = str(node.tag).removeprefix("tag:yaml.org,2002:"), node.value
        match kind:
            case "str" | "timestamp":
                if not _is_text(word):
                    return self._spoiled(node, place, "half a character is written here", "Write the character itself.")
                return word
            case "null" | "bool" | "int" | "float":
                try:
                    value = self._yaml.constructor.construct_object(node)
                except (ValueError, KeyError, IndexError):
                    return self._spoiled(node, place, f"{shown(word)} cannot be read as {kind}", "Remove the tag.")
                if isinstance(value, int | float) and not abs(value) < 2**53:  # RFC 8259, 6; NaN is not
                    right = "Write a number below 2**53, or put it in quotes."
                    return self._spoiled(node, place, f"no JSON can carry {shown(word)}", right)
                return value
            case _:
                return self._spoiled(node, place, f"the tag {shown(kind)} means nothing here", "Remove it.")

    def _spoiled(self, node: Node, place: Place, what: str, instead: str) -> None:
        self.spoiled.add(place)
        self._mistake(node, place, what, instead)

    def _mistake(self, node: Node, place: Place, what: str, instead: str) -> None:
        text = f"{written(place)}: {what}" if place else what
        self._found.append(Mistake(self._file, node.start_mark.line + 1, text, instead))


def _is_text(word: str) -> bool:
    """Say whether it can be stored and sent: YAML's escapes can write halves of characters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in word)
