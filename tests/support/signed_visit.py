"""The contact card's practice with one thing more: who was visited signs. For tests of signatures on a screen."""

import json

from tests.support.world import PRACTICES

SIGNATURE = "visit_signature"


def signed_visit(version: str = "9.0.0", more: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Files of the practice with a signature on the visit's form; `more` names further text facts that it asks."""
    folder = PRACTICES / "contact_card"
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    practice = files["practice.yaml"].decode()
    begins = practice.index("version: ")
    practice = practice[:begins] + f"version: {version}" + practice[practice.index("\n", begins) :]
    files["upgrades.yaml"] = b"upgrades:\n  - {from: 9.0.0, steps: {}}\n" if more else b"upgrades: []\n"
    files["CHANGELOG.md"] = f"## {version}\n\nSigned by who was visited.\n\n".encode() + files["CHANGELOG.md"]
    own = f"  {SIGNATURE}: {{type: string, format: signature, personal: true}}\n"
    own += "".join(f"  {name}: {{type: string, maxLength: 60}}\n" for name in more)
    files["practice.yaml"] = practice.replace("  # 确认\n", f"{own}  # 确认\n").encode()
    schema, drawn = json.loads(files["forms/visit.schema.json"]), json.loads(files["forms/visit.ui.json"])
    for name in (SIGNATURE, *more):
        schema["properties"][name] = {"$ref": f"facts#/{name}"}
        drawn["order"].append(name)
    drawn["widgets"][SIGNATURE] = "signature"
    files["forms/visit.schema.json"] = json.dumps(schema).encode()
    files["forms/visit.ui.json"] = json.dumps(drawn).encode()
    for language, words in (("zh-Hans", "客户签名"), ("en", "Customer's signature")):
        path = f"texts/{language}.json"
        texts = {**json.loads(files[path]), f"facts.{SIGNATURE}": words, **{f"facts.{name}": name for name in more}}
        files[path] = json.dumps(texts, ensure_ascii=False).encode()
    return files
