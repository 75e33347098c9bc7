"""The requests of the soak test and the expected answers."""

import json
import pathlib
import random

KINDS = {  # how often each is sent
    "allowed": 25, "denied": 28, "mutated": 14, "large": 2, "malformed": 8, "refused": 4, "wrong path": 5, "too large": 1,
    "readyz": 13,
}


class Request:
    """A request; ANSWER is the expected body (None: the same as the first time, byte for byte); UID is part of both."""

    def __init__(self, kind, name, path, body=b"", status=200, answer=None, uid=None, method="POST",
                 content_type="application/json", announced=None):
        self.kind, self.name, self.path, self.method = kind, name, path, method
        self.body, self.status, self.answer, self.uid = body, status, answer, uid
        self.content_type = content_type
        self.announced = announced  # Content-Length where not all of it is sent

    def with_uid(self, uid):
        """The body and the answer with a different uid."""
        if self.uid is None:
            return self.body, self.answer
        old, new = (b'"uid":"' + text.encode() + b'"' for text in (self.uid, uid))
        return self.body.replace(old, new, 1), self.answer.replace(old, new, 1)


def review(path, answer_path):
    """A recorded review with its golden answer."""
    body, answer = path.read_bytes(), answer_path.read_bytes()
    uid = json.loads(body)["request"]["uid"]
    response = json.loads(answer)["response"]
    mark = b'"uid":"' + uid.encode() + b'"'
    kind = "mutated" if "patch" in response else "allowed" if response["allowed"] else "denied"
    endpoint = "/mutate?timeout=5s" if path.name.startswith("mutate-") else "/validate?timeout=5s"
    return Request(kind, path.stem, endpoint, body, answer=answer,
                   uid=uid if body.count(mark) == answer.count(mark) == 1 else None)


def padded(request, size, wide):
    """The same review with SIZE additional bytes that no rule reads: long texts, or many small fields."""
    document = json.loads(request.body)
    metadata = document["request"]["object"].setdefault("metadata", {})
    if wide:
        metadata["managedFields"] = [{"manager": f"m{i}", "operation": "Apply", "fieldsV1": {f"f:{i}": {"f:spec": {}}}}
                                     for i in range(size // 80)]
    else:
        metadata.setdefault("annotations", {})["example.com/pad"] = "x" * size
    body = json.dumps(document, separators=(",", ":")).encode()
    return Request("large", f"{request.name} and {size} bytes", request.path, body, answer=request.answer, uid=request.uid)


def refusals(example):
    """Requests with a status other than 200. EXAMPLE is a valid review."""
    body = example.body
    nested = b'{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":' + b"[" * 200 + b"]" * 200 + b"}"
    bad = {"empty": b"", "truncated": body[:-3], "no JSON": b"hello", "no review": b"{}", "a list": b"[1,2,3]",
           "two documents": body + body, "nested too deep": nested, "no UTF-8": body.replace(b'"uid":"', b'"uid":"\xff', 1),
           "a key twice": b'{"kind":"AdmissionReview",' + body[1:], "another kind": b'{"kind":"Pod","apiVersion":"v1"}'}
    found = [Request("malformed", name, "/validate", text, 400) for name, text in bad.items()]
    found += [Request("wrong path", path, path, body, 404) for path in ("/", "/validat", "/validate/", "/../etc/passwd")]
    found += [Request("wrong path", path, path, status=404, method="GET") for path in ("/favicon.ico", "/metrics")]
    found += [Request("refused", "GET", "/validate", status=405, method="GET"),
              Request("refused", "PUT", "/mutate", body, 405, method="PUT"),
              Request("refused", "POST to /readyz", "/readyz", body, 405),
              Request("refused", "text/plain", "/validate", body, 415, content_type="text/plain")]
    found.append(Request("too large", "9 MiB", "/validate", body, 413, announced=9 << 20))
    return found


class Corpus:
    """All requests for one target."""

    def __init__(self, folders):
        self.kinds = {kind: [] for kind in KINDS}
        named = {}
        for reviews, answers in folders:
            for path in sorted(pathlib.Path(reviews).glob("*.json")):
                if not path.name.endswith(".answer.json"):
                    named[path.stem] = review(path, pathlib.Path(answers) / f"{path.stem}.answer.json")
        for request in named.values():
            self.kinds[request.kind].append(request)
        for name in ("nad-bridge-passes", "nad-five-mistakes", "mutate-nad-name-version-mode"):
            for size, wide in ((100_000, False), (300_000, True), (700_000, False), (2_000_000, False)):
                self.kinds["large"].append(padded(named[name], size, wide))
        self.refused = refusals(named["nad-bridge-passes"])
        for request in self.refused:
            self.kinds[request.kind].append(request)
        self.kinds["readyz"].append(Request("readyz", "readyz", "/readyz", method="GET", answer=b"ok\n"))
        empty = [kind for kind, requests in self.kinds.items() if not requests]
        if empty or len(named) < 150:
            raise SystemExit(f"soak: only {len(named)} reviews in {folders}, none of {empty}")

    def pick(self, dice: random.Random):
        """A random request of one of KINDS."""
        kind = dice.choices(list(KINDS), list(KINDS.values()))[0]
        return dice.choice(self.kinds[kind])
