"""Compares what LearnerService and the JDK's validator (Xerces) report about invalid requests.

Valid requests of the ten operations are damaged in every way that a client might, and sent to both. The validator's
schema is strict, and built from the compiled contract (wsdl/contract.txt) and schemas/facets.xsd. The script prints how
many messages are equal, and examples of each kind of difference. All people in the requests are synthetic.

usage: compare.py LRS   (the program; also needs java and javac of JDK 17 or later)
"""

import base64
import collections
import copy
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import demo  # noqa: E402

PROJECT = HERE.parent.parent
XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
FACETS = "urn:learning-records:facets"
BUILT_IN = {"String": "xs:string", "Int": "xs:int", "Long": "xs:long", "Boolean": "xs:boolean"}
# Fail if fewer invalid requests than this were compared.
LEAST = 500


def contract():
    """Returns the operations of LearnerService (name, namespace, root, type) and the fields of its types."""
    operations, types, fields = [], {}, None
    for line in (PROJECT / "wsdl/contract.txt").read_text().splitlines():
        if line.startswith("service "):
            inside = line.startswith("service LearnerService ")
        elif not inside:
            continue
        elif match := re.match(r'  (\w+) action "[^"]*": \{(.+?)\}(\w+) ->', line):
            operations.append(match.groups())
        elif match := re.match(r"  type (\w+) = \{(.+?)\}(.+)", line):
            fields = types.setdefault(match[1], [])
        elif match := re.match(r"    (\w+): (\w+) (\d+)\.\.(\d+|\*)(.*)", line):
            name, kind, _, most, rest = match.groups()
            facet = re.search(r"facet (\w+)", rest)
            words = rest.split()
            fields.append((name, kind, "required" in words, most, "nil" in words, facet and facet[1]))
    return operations, types


def request_types():
    """Returns the types of the elements that the schemas declare."""
    names = {}
    for file in (PROJECT / "schemas").glob("*.xsd"):
        root = ET.parse(file).getroot()
        for element in root.findall(f"{{{XS}}}element[@type]"):
            names[root.get("targetNamespace"), element.get("name")] = element.get("type").split(":")[-1]
    return names


def schema(namespace, roots, types):
    """Builds a strict schema of one namespace, with all types repeated for each root."""
    lines = [f'<xs:schema xmlns:xs="{XS}" xmlns:t="{namespace}" xmlns:f="{FACETS}" targetNamespace="{namespace}">']
    lines.append(f'<xs:import namespace="{FACETS}" schemaLocation="facets.xsd"/>')
    needed, seen = [kind for _, kind in roots], set()
    lines += [f'<xs:element name="{root}" type="t:{kind}"/>' for root, kind in roots]
    while needed:
        kind = needed.pop()
        if kind in seen:
            continue
        seen.add(kind)
        lines.append(f'<xs:complexType name="{kind}"><xs:sequence>')
        for name, holds, required, most, nil, facet in types[kind]:
            if holds in types:
                needed.append(holds)
            of = f"f:{facet}" if facet else BUILT_IN.get(holds, f"t:{holds}")
            most = "unbounded" if most == "*" else most
            lines.append(
                f'<xs:element name="{name}" type="{of}" minOccurs="{int(required)}" maxOccurs="{most}" nillable="{str(nil).lower()}"/>'
            )
        lines.append("</xs:sequence></xs:complexType>")
    return "\n".join(lines + ["</xs:schema>"])


class Damage:
    """The ways to damage a request. Each yields a name and a damaged copy of the request."""

    TEXTS = ["", "  ", "x!", "0", "-1", "007", "99999999999999999999", "2147483648", "2006-02-30", "N" * 36, "y" * 300, "M", "é" * 12]

    WAYS = ["removed", "twice", "renamed", "qualified", "attribute", "nil", "nil with content", "unknown before", "text behind", "moved to the end", "swapped"]
    # This many requests of each operation are damaged twice; the seed makes the runs repeatable.
    PAIRS, SEED = 100, 15

    def __init__(self, namespace):
        self.namespace = namespace
        self.random = random.Random(self.SEED)

    def all(self, root):
        yield from self.of_any(root)
        names = [path for path, _ in self.nodes(root)]
        for first, second in zip(names, names[1:] + names[:1]):
            for one, other in [("removed", "blank"), ("blank", "removed"), ("renamed", "removed"), ("qualified", "removed"), ("removed", "qualified")]:
                changed = copy.deepcopy(root)
                self.apply(changed, second, other)
                self.apply(changed, first, one)
                yield f"{one} and {other}", changed
        for _ in range(self.PAIRS):
            (one, changed), path = self.random.choice(list(self.of_any(root))), self.random.choice(names)
            other = self.random.choice(self.WAYS + [f"text {text}" for text in self.TEXTS])
            if self.apply(changed, path, other):
                yield "two at random", changed

    def of_any(self, root):
        for path, node in self.nodes(root):
            yield from self.of_node(root, path, node)

    def nodes(self, root):
        """Yields every descendant and its path of indexes; of repeated elements only the first two."""
        todo = [((index,), child) for index, child in enumerate(root)]
        while todo:
            path, node = todo.pop(0)
            yield path, node
            todo += [(path + (index,), child) for index, child in enumerate(node)]

    def of_node(self, root, path, node):
        ways = self.WAYS
        if len(node) == 0:
            ways = ways + ["spaces around", "child inside", "blank"] + [f"text {text}" for text in self.TEXTS]
        for way in ways:
            changed = copy.deepcopy(root)
            if self.apply(changed, path, way):
                yield way.split(" ")[0] if way.startswith("text ") and way != "text behind" else way, changed

    def apply(self, root, path, way):
        parent = root
        for index in path[:-1]:
            parent = parent[index] if index < len(parent) else ET.Element("gone")
        if path[-1] >= len(parent):
            return False
        node, index = parent[path[-1]], path[-1]
        if way == "removed":
            parent.remove(node)
        elif way == "twice":
            parent.insert(index, copy.deepcopy(node))
        elif way == "renamed":
            node.tag = node.tag[:1] + node.tag[1:].lower() if node.tag[1:].lower() != node.tag[1:] else node.tag.upper()
        elif way == "qualified":
            node.tag = f"{{{self.namespace}}}{node.tag}"
        elif way == "attribute":
            node.set("id", "a1")
        elif way == "nil":
            node.clear()
            node.set(f"{{{XSI}}}nil", "true")
        elif way == "nil with content":
            node.set(f"{{{XSI}}}nil", "true")
        elif way == "unknown before":
            parent.insert(index, ET.Element("Unknown"))
        elif way == "text behind":
            node.tail = "text"
        elif way == "moved to the end":
            parent.remove(node)
            parent.append(node)
        elif way == "swapped":
            if index + 1 >= len(parent):
                return False
            parent[index], parent[index + 1] = parent[index + 1], parent[index]
        elif way == "spaces around":
            node.text = f" {node.text} "
        elif way == "child inside":
            node.append(ET.Element("Inner"))
        elif way == "blank":
            node.text = " "
        else:
            node.text = way.removeprefix("text ")
        return True


class Service:
    """A demo in a folder of its own, called over mutual TLS."""

    def __init__(self, lrs, folder):
        self.process, self.connection = demo.start(lrs, folder, 10)

    def text(self, body):
        """The further details of the fault for a request body, or None if it is accepted."""
        envelope = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'
        self.connection.request("POST", "/LearnerService.svc", envelope.encode(), {"Content-Type": "text/xml; charset=utf-8"})
        reply = ET.fromstring(self.connection.getresponse().read())
        code, further = reply.find(".//ErrorCode"), reply.find(".//FurtherDetails")
        return (further.text or "") if code is not None and code.text == "WSEC0001" else None


def main(lrs):
    operations, types = contract()
    roots = request_types()
    with tempfile.TemporaryDirectory() as folder:
        schemas = {}
        for _, namespace, root in operations:
            schemas.setdefault(namespace, []).append((root, roots[namespace, root]))
        files = []
        for number, (namespace, elements) in enumerate(schemas.items()):
            files.append(f"{folder}/{number}.xsd")
            pathlib.Path(files[-1]).write_text(schema(namespace, elements, types))
        (pathlib.Path(folder) / "facets.xsd").write_text((PROJECT / "schemas/facets.xsd").read_text())
        subprocess.run(["javac", "-d", folder, HERE / "FirstError.java"], check=True)

        requests = []
        for name, namespace, _ in operations:
            sample = subprocess.run([lrs, "wsdl", "sample", name, "--service", "LearnerService"], check=True, capture_output=True, text=True).stdout
            root = next(iter(ET.fromstring(sample[sample.index("<"):]).find(".//{*}Body")))
            for node in root.iter():
                node.text, node.tail = (node.text or "").strip() if len(node) == 0 else None, None
            requests.append((name, "valid", ET.tostring(root, encoding="unicode")))
            requests += [(name, way, ET.tostring(changed, encoding="unicode")) for way, changed in Damage(namespace).all(root)]
        lines = "\n".join(base64.b64encode(body.encode()).decode() for _, _, body in requests)
        answer = subprocess.run(["java", "-cp", folder, "FirstError", *files], input=lines + "\n", capture_output=True, text=True)
        if answer.returncode:
            sys.exit(f"the validator failed: {answer.stderr}")
        xerces = [base64.b64decode(line).decode() for line in answer.stdout.splitlines()]

        service = Service(lrs, f"{folder}/demo")
        try:
            compare(requests, xerces, service)
        finally:
            service.process.terminate()


def masked(text):
    """Masks the value, as our messages do for passwords."""
    if not text.endswith("for type 'MIAPOrgPassword'."):
        return text
    return re.sub(r"^(\S+: Value )'.*?'(?= )", r"\1'…'", text, flags=re.S)


def compare(requests, xerces, service):
    counts, different = collections.Counter(), collections.defaultdict(list)
    for (name, way, body), theirs in zip(requests, xerces, strict=True):
        ours = service.text(body)
        if way == "valid" and (theirs or ours is not None):
            sys.exit(f"{name}: the sample is refused: {theirs or ours}\n{body}")
        if not theirs:
            counts["valid" if ours is None else "refused by us alone"] += 1
            if ours is not None:
                different["refused by us alone: " + way].append((name, theirs, ours))
        elif ours is None:
            counts["accepted by us by design"] += 1
        elif ours == masked(theirs):
            counts["equal"] += 1
        else:
            counts["different"] += 1
            different[way].append((name, theirs, ours))
    for way, examples in sorted(different.items(), key=lambda each: -len(each[1])):
        print(f"\n{way}: {len(examples)}")
        for name, theirs, ours in examples[: int(os.environ.get("EXAMPLES", 1))]:
            print(f"  {name}\n    xerces: {theirs[:300]}\n    ours:   {ours[:300]}")
    refused = counts["equal"] + counts["different"]
    print("\n" + ", ".join(f"{count} {what}" for what, count in counts.most_common()))
    if refused < LEAST:
        sys.exit(f"only {refused} invalid requests were compared")
    print(f"{counts['equal']} of {refused} texts are equal: {100 * counts['equal'] / refused:.1f} %")


if __name__ == "__main__":
    main(sys.argv[1])
