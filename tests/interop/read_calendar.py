"""Reads a calendar from standard input with an independent implementation of RFC 5545, and prints each event on a line."""

import sys

from icalendar import Calendar

raw = sys.stdin.buffer.read()
for line in raw.split(b"\r\n"):
    assert len(line) <= 75, f"a line of {len(line)} octets"
assert raw.count(b"\n") == raw.count(b"\r\n"), "a line that does not end in CR LF"
calendar = Calendar.from_ical(raw)
assert calendar["VERSION"] == "2.0" and calendar["METHOD"] == "PUBLISH", "the properties of a published calendar"
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    assert event.decoded("DTSTAMP").tzinfo is not None, "DTSTAMP is in UTC"
    start, end = (event.decoded(name).isoformat() for name in ("DTSTART", "DTEND"))
    print("|".join([event["UID"], event["STATUS"], str(event["SEQUENCE"]), start, end, event["SUMMARY"], event["DESCRIPTION"]]))
