"""The form of results.json, and the check of given results."""

STRING, NUMBER, FLAG, OBJECT, LIST = (str,), (int, float), (bool,), (dict,), (list,)
NOTHING = type(None)

RUN = {"schema": STRING, "commit": STRING, "changed": FLAG, "prepared": (str, NOTHING), "date": STRING, "mode": STRING, "quick": FLAG,
       "command": LIST, "machine": OBJECT, "stages": LIST}
STAGE = {"name": STRING, "status": STRING, "reason": (str, NOTHING), "seconds": NUMBER, "limitSeconds": NUMBER, "results": OBJECT,
         "clocksBefore": (dict, NOTHING), "clocksAfter": (dict, NOTHING)}
MODES = ("gpu", "rehearsal", "dry")
STATUSES = ("ok", "failed", "skipped")


def faults(results):
    """One line for each value that does not have the required form."""
    wrong = _fields("run", results, RUN)
    if wrong:
        return wrong
    if results["mode"] not in MODES:
        wrong.append(f"mode is one of {', '.join(MODES)}")
    for stage in results["stages"]:
        wrong += _fields(f"stage {stage.get('name')}", stage, STAGE)
        if stage.get("status") not in STATUSES:
            wrong.append(f"status is one of {', '.join(STATUSES)}")
        if stage.get("status") != "ok" and not stage.get("reason"):
            wrong.append(f"stage {stage.get('name')} is {stage.get('status')} without a reason")
    return wrong


def _fields(where, node, fields):
    return [f"{where}: {name} is missing" if name not in node else f"{where}: {name} is a {type(node[name]).__name__}"
            for name, types in fields.items() if name not in node or not isinstance(node[name], types)]
