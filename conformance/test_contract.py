"""The comparison can fail: answers made from the record, with one thing changed at a time. `contract.test.ts` runs it."""
import contextlib
import copy
import io
import json
import os
import tempfile
import unittest

import contract
import probe

HERE = os.path.dirname(os.path.abspath(__file__))
GOLD = {g["name"]: g for g in contract.load(HERE, "goldens.json")}


def compare(change=None, deliberate=(), missing=None):
    """What the comparison prints, and whether it is content, when our answers are the recorded ones but for `change`."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("goldens.json", list(GOLD.values())), ("deliberate.json", list(deliberate)), ("missing.json", missing or {})):
            with open(os.path.join(folder, name), "w") as file:
                json.dump(content, file)
        rules = contract.Contract(folder, probe.P)
        answers = copy.deepcopy(GOLD)
        for answer in answers.values():
            answer["body"] = rules.shown(answer["body"])
        if change:
            change(answers)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            wrong = rules.compare(list(answers.values()), GOLD)
        return said.getvalue(), wrong


def otherwise(case):
    return lambda answers: answers[case].update(status=418, body="a teapot")


def entry(case, status=418, body="a teapot"):
    return {"case": case, "reason": "for the test", "status": status, "body": body}


class Compare(unittest.TestCase):
    def test_the_record_agrees_with_itself(self):
        said, wrong = compare()
        self.assertEqual((said.splitlines()[-1], wrong), ("398 agree, 0 deliberate, 0 missing, 0 wrong", 0))

    def test_a_changed_answer_is_named(self):
        said, wrong = compare(otherwise("run get"))
        self.assertIn("WRONG run get: differs from the record", said)
        self.assertEqual(wrong, 1)

    def test_a_deliberate_answer_is_one_that_is_exactly_as_said(self):
        self.assertEqual(compare(otherwise("run get"), [entry("run get")])[1], 0)
        said, wrong = compare(otherwise("run get"), [entry("run get", body="a kettle")])
        self.assertIn("WRONG run get: differs from the record on purpose, but not as deliberate.json says", said)
        self.assertEqual(wrong, 1)

    def test_a_deliberate_answer_that_no_longer_differs_is_named(self):
        said, wrong = compare(None, [entry("run get")])
        self.assertIn("WRONG run get: agrees with the record: take it out of deliberate.json", said)
        self.assertEqual(wrong, 1)

    def test_a_missing_case_that_agrees_is_named(self):
        self.assertEqual(compare(otherwise("run get"), missing={"later": ["run get"]})[1], 0)
        said, wrong = compare(missing={"later": ["run get"]})
        self.assertIn("WRONG run get: agrees with the record: take it out of missing.json", said)
        self.assertEqual(wrong, 1)

    def test_more_deliberate_answers_than_agreed_are_too_many(self):
        cases = list(GOLD)[: contract.MOST_DELIBERATE + 1]
        said, wrong = compare(lambda answers: [otherwise(case)(answers) for case in cases], [entry(case) for case in cases])
        self.assertIn("at most 80 are agreed", said)
        self.assertEqual(wrong, 1)

    def test_a_case_that_nobody_recorded_or_that_is_in_both_lists_stops_the_comparison(self):
        for lists in (([entry("no such case")], {}), ([], {"later": ["no such case"]}), ([entry("run get")], {"later": ["run get"]})):
            with self.assertRaises(SystemExit):
                compare(None, *lists)

    def test_a_location_is_one_of_its_experiment(self):
        rules = contract.Contract(HERE, probe.P)
        self.assertEqual(rules.location("/tmp/e1/<hex32>/artifacts"), rules.location("mlflow-artifacts:/4/<hex32>/artifacts"))
        self.assertNotEqual(rules.location("/tmp/e1/<hex32>/artifacts"), rules.location("mlflow-artifacts:/2/<hex32>/artifacts"))
        self.assertNotEqual(rules.location("/tmp/e1"), rules.location("/tmp/e1x"))

    def test_an_experiment_id_is_the_one_that_its_call_made(self):
        rules = contract.Contract(HERE, probe.P)
        create = next(p for p in probe.P if p["name"] == "exp create")
        rules.translate(create, 200, '{"experiment_id": "123456789012345678"}')
        self.assertEqual(rules.translate({"path": "/x"}, 200, "123456789012345678 876543210987654321"), "4 876543210987654321")


if __name__ == "__main__":
    unittest.main()
