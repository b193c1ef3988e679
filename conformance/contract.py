"""What our answers may differ in: the rules behind `probe.py compare --contract DIR`.

Folded away, because it says nothing about behaviour:
  experiment ids   ours are random 18-digit numbers: each is shown as the id that the same call made on record
  locations        ours whatever a client asks for: `<location of 4>` stands for the root of experiment 4 on both
                   sides, so a location that belongs to another experiment is still a difference. Traces have a root of
                   their own here: `<location of traces>`
  sources          of a model version, where a call was sent instead of one that we refuse
  keyset tokens    vary by run: shown as `<keyset token>`, which is not MLflow's offset token

Long runs of one character are written as their length, which loses nothing. Everything else must be in one of two lists of DIR, or it is wrong:
  deliberate.json  [{case, reason, status, body, instead?, chance?}]: must differ from the record and equal our answer.
                   `instead` ([{method, path, body, save?}]) is sent after a call that we refuse on purpose, so that the
                   calls after it find what they build on. `chance` names fields that random ids decide: not compared.
  missing.json     {reason: [case, ...]}: not built yet; must still differ, so that the list can only shrink.
"""
import base64
import binascii
import json
import os
import re

MOST_DELIBERATE = 80
LOCATION_TAG = "mlflow.artifactLocation"
LOCATION_KEYS = {"artifact_location", "artifactLocation", "artifact_uri", "root_uri", LOCATION_TAG}
OF_TRACES = re.compile(r"^(?:<location of \d+>|mlflow-artifacts:)/traces(?=/)")
OUR_ROOT = re.compile(r"mlflow-artifacts:/(\d{1,18})(?=/|$)")
LONG_RUN = re.compile(r"(.)\1{40,}")
OUR_ID = re.compile(r"\b\d{15,18}\b")


class Contract:
    def __init__(self, folder, probes):
        self.deliberate = {e["case"]: e for e in load(folder, "deliberate.json")}
        self.missing = {case: reason for reason, cases in load(folder, "missing.json").items() for case in cases}
        self.recorded = {g["name"]: g for g in load(folder, "goldens.json")}
        self.experiments = {}  # ours -> recorded
        self.sources = {}  # ours -> recorded
        self.roots = dict(client_roots(probes, self.recorded))
        for name in [*self.deliberate, *self.missing]:
            if name not in self.recorded:
                raise SystemExit(f"there is no case called '{name}'")
            if name in self.deliberate and name in self.missing:
                raise SystemExit(f"'{name}' is both deliberate and missing")

    def prepared(self, probe):
        """The record was made where example.com does not resolve; a machine with a network needs a name that never does."""
        text = json.dumps(probe["body"])
        return probe | {"body": json.loads(text.replace("//example.com", "//example.invalid"))} if "//example.com" in text else probe

    def translate(self, probe, status, text):
        """An answer of ours with the recorded experiment ids and host name in it."""
        text = text.replace("example.invalid", "example.com")
        if probe["path"].endswith("/experiments/create") and status == 200:
            recorded = self.recorded[probe["name"]]["body"]
            if isinstance(recorded, dict) and "experiment_id" in recorded:
                self.experiments[json.loads(text)["experiment_id"]] = recorded["experiment_id"]
        return OUR_ID.sub(lambda m: self.experiments.get(m[0], m[0]), text)

    def instead(self, probe):
        """Calls to send after one that we refuse on purpose."""
        plain = {"query": None, "raw": None, "headers": {}, "save": {}}
        return [plain | call for call in self.deliberate.get(probe["name"], {}).get("instead", [])]

    def learn_source(self, probe, sent):
        if "source" in sent:
            self.sources[sent["source"]] = probe["body"]["source"]

    def shown(self, body):
        """A normalised body, of either side, with its locations and tokens folded."""
        if isinstance(body, list):
            return [self.shown(v) for v in body]
        if isinstance(body, str):
            return LONG_RUN.sub(lambda m: f"<{len(m[0])} times {m[1]}>", body)
        if not isinstance(body, dict):
            return body
        out = {k: self.shown(v) for k, v in body.items()}
        for k in LOCATION_KEYS & out.keys():
            out[k] = self.location(out[k])
        if "current_stage" in out:
            out["source"] = self.sources.get(out.get("source"), out.get("source"))
        if out.get("key") == LOCATION_TAG:
            out["value"] = self.location(out.get("value"))
        if is_keyset(out.get("next_page_token")):
            out["next_page_token"] = "<keyset token>"
        return out

    def location(self, value):
        if not isinstance(value, str):
            return value
        for root, experiment in self.roots.items():
            if value == root or value.startswith(root + "/"):
                value = f"<location of {experiment}>" + value[len(root):]
        return OF_TRACES.sub("<location of traces>", OUR_ROOT.sub(r"<location of \1>", value))

    def compare(self, got, gold):
        """Prints what is wrong and the four counts; how many were wrong."""
        wrong, agree, deliberate, missing = [], 0, 0, 0
        for ours in got:
            name = ours["name"]
            record = gold.get(name)
            want = record and (record["status"], self.shown(record["body"]))
            have = (ours["status"], ours["body"])
            if name in self.deliberate:
                entry = self.deliberate[name]
                chance = entry.get("chance", [])
                want, have, said = (without(chance, a) for a in (want, have, (entry["status"], entry["body"])))
                if have == want:
                    wrong.append((name, "agrees with the record: take it out of deliberate.json", want, have))
                elif have != said:
                    wrong.append((name, "differs from the record on purpose, but not as deliberate.json says", said, have))
                else:
                    deliberate += 1
            elif name in self.missing:
                if have == want:
                    wrong.append((name, "agrees with the record: take it out of missing.json", want, have))
                else:
                    missing += 1
            elif have == want:
                agree += 1
            else:
                wrong.append((name, "differs from the record", want, have))
        for name, why, want, have in wrong:
            print(f"WRONG {name}: {why}\n  want {want}\n  got  {have}")
        if len(self.deliberate) > MOST_DELIBERATE:
            print(f"WRONG deliberate.json has {len(self.deliberate)} entries, at most {MOST_DELIBERATE} are agreed")
        print(f"{agree} agree, {deliberate} deliberate, {missing} missing, {len(wrong)} wrong")
        return len(wrong) + max(0, len(self.deliberate) - MOST_DELIBERATE)


def load(folder, name):
    with open(os.path.join(folder, name)) as file:
        return json.load(file)


def without(keys, answer):
    status, body = answer
    return (status, {k: v for k, v in body.items() if k not in keys}) if keys else answer


def client_roots(probes, recorded):
    """Locations that a client asked for and MLflow took, each with the experiment it became the root of."""
    for probe in probes:
        asked = (probe["body"] or {}).get("artifact_location") or (probe["body"] or {}).get("artifactLocation") if isinstance(probe["body"], dict) else None
        answer = recorded[probe["name"]]["body"]
        if asked and isinstance(answer, dict) and "experiment_id" in answer:
            yield asked, answer["experiment_id"]


def is_keyset(token):
    """Whether a page token is one of ours: it says after which row to go on, MLflow's how many to skip."""
    try:
        return "offset" not in json.loads(base64.b64decode(token, validate=True))
    except (TypeError, ValueError, binascii.Error):
        return False
