"""A practice whose cases write registers (hours of a helper, what a requester said) and whose chief may stop them."""

import json

from tests.support.practices import small_practice

NAME = "meter_test"
FIELDS = ["helper", "worked_on", "worked_hours", "counts_until", "body"]
REGISTERS = """
registers:
  - id: hours
    of: helper
    when: 'worked_hours > 0'
    enter: ['done:handle']
    strike: ['done:tell_declined']
    columns: [worked_on, kind, worked_hours]
    totals: [worked_hours]
    until: counts_until
    keep_years: 3
  - id: ratings
    of: requester
    enter: ['done:confirm']
    columns: [need, stars, contact_phone]
    totals: [stars]
    seen_by: [chief, watching]
"""
FACTS = """
  helper: {type: string, format: person}
  worked_on: {type: string, format: date}
  worked_hours: {type: number, unit: hours, minimum: 0, maximum: 24}
  counts_until: {type: string, format: date}
  earlier: {type: integer}
  stars_before: {type: number}
  body: {type: string, format: organisation}
  stop_reason: {type: string, minLength: 2, maxLength: 200}
"""
TEXTS = {
    "roles.chief": ("供电所所长", "Station chief"), "facts.helper": ("协助人", "Helper"),
    "facts.worked_on": ("服务日期", "Day"), "facts.worked_hours": ("服务时长", "Time worked"),
    "facts.counts_until": ("有效期至", "Counts until"), "facts.earlier": ("此前评价次数", "Earlier ratings"),
    "facts.stars_before": ("此前星级合计", "Stars before"), "tasks.look": ("查询此前评价", "Look at earlier ratings"),
    "roles.watching": ("监督单位", "Watching body"), "facts.body": ("监督单位", "Watching body"),
    "facts.stop_reason": ("停办原因", "Why it is stopped"), "messages.stopped": ("所长停办", "Stopped by the chief"),
    "registers.hours": ("服务时长台账", "Hours worked"),
    "registers.hours.help": ("协助办理的时长", "Time spent helping"), "registers.ratings": ("评价台账", "Ratings"),
    "indicators.hours_worked": ("服务时长合计", "Hours worked"),
    "indicators.hours_entries": ("服务登记数", "Entries of hours"),
}  # fmt: skip
INDICATORS = """
  - {id: hours_worked, unit: hours, better: up, measure: sum, register: hours, of: worked_hours, source: 服务时长台账}
  - {id: hours_entries, unit: cases, better: up, measure: entries, register: hours, where: kind = "repair", source: 同}
"""
LOOK = """<bpmn:serviceTask id="look" name="查询" implementation="capability:register_standing">
      <bpmn:incoming>to_look</bpmn:incoming><bpmn:outgoing>to_handle</bpmn:outgoing></bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_look" sourceRef="start" targetRef="look" />
    <bpmn:boundaryEvent id="stop" attachedToRef="handle"><bpmn:outgoing>to_stopped</bpmn:outgoing>
      <bpmn:messageEventDefinition id="stop_message" messageRef="m_stopped" /></bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="to_stopped" sourceRef="stop" targetRef="tell_declined" />
    <bpmn:userTask id="handle\""""


def files_with_registers() -> dict[str, bytes]:
    """The small practice with what the registers need put in."""
    files = {path: content.decode() for path, content in small_practice().items()}
    files["registers.yaml"] = REGISTERS
    files["practice.yaml"] = (
        files["practice.yaml"]
        .replace("facts:\n", f"facts:{FACTS}", 1)
        .replace(
            "  manager: {who: cell, level: 3}\n",
            "  manager: {who: cell, level: 3}\n  chief: {who: cell, level: 1}\n  watching: {who: fact, fact: body}\n",
        )
        + "messages:\n  stopped: {from: chief, payload: [stop_reason]}\n"
        + "calls:\n  look: {register: ratings, outputs: {entries: earlier, total: stars_before}}\n"
    )
    files["indicators.yaml"] += INDICATORS.lstrip("\n")
    files["process.bpmn"] = (
        files["process.bpmn"]
        .replace("<bpmn:flowNodeRef>handle<", "<bpmn:flowNodeRef>look</bpmn:flowNodeRef><bpmn:flowNodeRef>handle<")
        .replace("<bpmn:outgoing>to_handle</bpmn:outgoing>", "<bpmn:outgoing>to_look</bpmn:outgoing>")
        .replace('<bpmn:userTask id="handle"', LOOK)
        .replace("<bpmn:process ", '<bpmn:message id="m_stopped" name="stopped" />\n  <bpmn:process ', 1)
        .replace(
            "<bpmn:flowNodeRef>tell_declined<",
            "<bpmn:flowNodeRef>stop</bpmn:flowNodeRef><bpmn:flowNodeRef>tell_declined<",
        )
        .replace('id="to_handle" sourceRef="start"', 'id="to_handle" sourceRef="look"')
    )
    form = json.loads(files["forms/handle.schema.json"])
    for name in FIELDS:
        form["properties"][name] = {"$ref": f"facts#/{name}"}
    files["forms/handle.schema.json"] = json.dumps(form)
    layout = json.loads(files["forms/handle.ui.json"])
    layout["order"] += FIELDS
    files["forms/handle.ui.json"] = json.dumps(layout)
    for at, language in enumerate(("zh-Hans", "en")):
        texts = json.loads(files[f"texts/{language}.json"])
        files[f"texts/{language}.json"] = json.dumps(texts | {key: words[at] for key, words in TEXTS.items()})
    return {path: content.encode() for path, content in files.items()}
