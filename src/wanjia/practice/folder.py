"""A practice folder as it lies there: every file parsed and made safe to look at, whatever is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.diagram import Diagram, read_diagram
from wanjia.practice.json_text import parse_json
from wanjia.practice.layout import is_known, layout_faults
from wanjia.practice.limits import FILE_BYTES_MAX
from wanjia.practice.parsed import Parsed
from wanjia.practice.schemas import schema_for
from wanjia.practice.shape import made_safe, shape_faults
from wanjia.practice.yaml_text import parse_yaml

LANGUAGES = ("zh-Hans", "en")


@dataclass(frozen=True)
class Folder:
    """All parts of a folder. Values have the types of their tables even where faults were found."""

    files: Mapping[str, bytes]
    parsed: Mapping[str, Parsed]
    diagram: Diagram
    decisions: Diagram
    faults: tuple[Fault, ...]

    @property
    def manifest(self) -> Facts:
        """practice.yaml, or nothing."""
        return self.mapping("practice.yaml")

    def mapping(self, path: str) -> Facts:
        """The mapping that a YAML or JSON file holds, empty when the file is missing or broken."""
        return as_mapping(self.parsed[path].value) if path in self.parsed else {}

    def section(self, name: str) -> dict[str, Facts]:
        """A named table of practice.yaml: `roles`, `facts`, `inputs`, `calls`, `messages`, `notices`, `papers`."""
        return {key: as_mapping(row) for key, row in as_mapping(self.manifest.get(name)).items()}

    def rows(self, path: str, key: str) -> Iterator[tuple[int, Facts]]:
        """The rows of a list such as `clocks` in clocks.yaml with their indices."""
        items = self.mapping(path).get(key)
        for index, row in enumerate(items if isinstance(items, list) else []):
            if isinstance(row, dict):
                yield index, row

    def where(self, path: str, *keys: str | int) -> Where:
        """File, line and key path."""
        return self.parsed[path].where(*keys) if path in self.parsed else Where(path)

    def bpmn_at(self, identifier: str) -> Where:
        """Where an element stands in the diagram."""
        return Where("process.bpmn", self.diagram.line(identifier), identifier)

    @property
    def forms(self) -> tuple[str, ...]:
        """Steps that have a form schema."""
        return tuple(path[6:-12] for path in sorted(self.parsed) if path.endswith(".schema.json"))

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios."""
        return tuple(path[10:-5] for path in sorted(self.parsed) if path.startswith("scenarios/"))

    def texts(self, language: str) -> dict[str, str]:
        """One language's sentences by key."""
        found = self.mapping(f"texts/{language}.json")
        return {key: sentence for key, sentence in found.items() if isinstance(sentence, str)}

    def unreadable(self, path: str) -> bool:
        """Whether a file is there but could not be parsed: what refers to it cannot be judged."""
        if path.endswith((".bpmn", ".dmn")):
            return any(fault.where.file == path and fault.code.startswith("practice.xml") for fault in self.faults)
        return path in self.parsed and self.parsed[path].value is None and bool(self.parsed[path].faults)

    @cached_property
    def whole(self) -> bool:
        """Whether all files could be read, so that a name found nowhere is really used nowhere."""
        cut = [f for f in self.faults if f.code == "practice.key_missing" and f.where.file == "practice.yaml"]
        gaps = [fault for fault in cut if "." not in fault.where.column]
        return not gaps and not any(self.unreadable(path) for path in self.files)

    @property
    def compilable(self) -> bool:
        """Whether the parts that the engine needs are there and sound enough to be compiled."""
        needed = ("practice.yaml", "clocks.yaml")
        return "process.bpmn" in self.files and bool(self.diagram.elements) and all(map(self.mapping, needed))


def as_mapping(value: Json) -> Facts:
    """The value when it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_names(value: Json) -> tuple[str, ...]:
    """The strings of a list."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def open_folder(files: Mapping[str, bytes]) -> Folder:
    """Parse every known file and hold it against its table. Never raises; faults are in the result."""
    faults = list(layout_faults(files))
    parsed = {}
    for path in sorted(files):
        if is_known(path) and len(files[path]) <= FILE_BYTES_MAX and (schema := schema_for(path)):
            found, part_faults = _part(path, files[path], schema)
            parsed[path] = found
            faults += part_faults
    diagram = _diagram(files, "process.bpmn")
    decisions = _diagram(files, "decisions.dmn")
    return Folder(files, parsed, diagram, decisions, (*faults, *diagram.faults, *decisions.faults))


def _part(path: str, content: bytes, schema: Facts) -> tuple[Parsed, tuple[Fault, ...]]:
    found = parse_json(path, content) if path.endswith(".json") else parse_yaml(path, content)
    if found.value is None and found.faults:
        return found, found.faults
    faults = shape_faults(found, schema)
    return replace(found, value=made_safe(found.value, schema) if faults else found.value), (*found.faults, *faults)


def _diagram(files: Mapping[str, bytes], path: str) -> Diagram:
    content = files.get(path)
    return read_diagram(path, content) if content is not None and len(content) <= FILE_BYTES_MAX else Diagram()
