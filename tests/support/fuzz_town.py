"""Hooks for schemathesis: of the requests that the document allows, every other one gets ids of things that are there,
and names and numbers that nobody has yet, so that success is reached as well as refusal. The rest go as they were made.

Whatever is asked about is made when it is first needed, and not used again after a request that may have changed or
removed it: what is deleted, the key of a deletion included, is nobody else's.
"""

import itertools
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from functools import cached_property

import schemathesis
from schemathesis.generation import GenerationMode

URL, TOKEN = os.environ["FUZZ_URL"], os.environ["FUZZ_TOKEN"]
# A town that was only read from serves this many requests.
USES = 8

_numbers = itertools.count(1)


def unique() -> int:
    return next(_numbers)


def phone() -> str:
    return f"+1415{5_000_000 + unique()}"


def ask(method: str, path: str, body: object = None) -> dict:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "{}")


class Town:
    """A community of its own, with one of everything that a request may name."""

    def make(self, what: str, body: object = None) -> dict:
        return ask("POST", f"/v1/communities/{self.community}/{what}", body)

    def all(self, what: str) -> list:
        return ask("GET", f"/v1/communities/{self.community}/{what}")["data"]

    def text(self, sender: str, to: str, text: str) -> None:
        ask("POST", f"/v1/loopback/phones/{urllib.parse.quote(sender)}/texts", {"to": to, "text": text})

    def person(self) -> tuple[str, str]:
        number = phone()
        return self.make("members", {"name": "Someone", "phone": number})["id"], number

    def befriend(self, member: str, contact: str) -> dict:
        assert self.numbers
        return self.make(f"members/{member}/contacts", {"contact": contact})

    @cached_property
    def community(self) -> str:
        return ask("POST", "/v1/communities", {"name": f"Town {unique()}"})["id"]

    @cached_property
    def pool(self) -> str:
        return self.make("pools", {"name": "main"})["id"]

    def add_number(self) -> str:
        return self.make("numbers", {"pool": self.pool, "number": phone(), "carrier": "loopback"})["id"]

    @cached_property
    def numbers(self) -> list:
        return [self.add_number() for _ in range(4)]

    @cached_property
    def number(self) -> str:
        assert self.pair
        return self.add_number()  # It stands for nobody yet.

    @property
    def swap(self) -> str:
        return self.make("swaps", {"numbers": [self.add_number()]})["id"]

    @property
    def user(self) -> str:
        return ask("POST", "/v1/admin_users", {"name": f"User {unique()}", "role": "viewer"})["id"]

    @cached_property
    def campaign(self) -> str:
        return self.make("campaigns", {"name": f"Campaign {unique()}"})["id"]

    @cached_property
    def ann(self) -> tuple[str, str]:
        return self.person()

    @cached_property
    def bob(self) -> tuple[str, str]:
        return self.person()

    @cached_property
    def pair(self) -> dict:
        return self.befriend(self.ann[0], self.bob[0])

    def new_import(self) -> str:
        content = "name,phone\nSomeone,none\n"
        return self.make("imports", {"kind": "members", "format": "csv", "content": content})["id"]

    @property
    def member(self) -> str:
        assert self.pair
        return self.ann[0]

    @property
    def phone(self) -> str:
        return self.ann[1]

    @property
    def contact(self) -> str:
        return self.pair["id"]

    @cached_property
    def device(self) -> str:
        return self.make(f"members/{self.member}/devices", {"kind": "phone", "phone": phone()})["id"]

    @cached_property
    def app(self) -> str:
        new = {"kind": "app", "endpoint": self.endpoint, "texts_to": "both"}
        return self.make(f"members/{self.member}/devices", new)["id"]

    @cached_property
    def endpoint(self) -> str:
        return self.make("callback_endpoints", {"url": f"https://a.example.org/{unique()}"})["id"]

    @cached_property
    def delivery(self) -> str:
        return self.make(f"callback_endpoints/{self.endpoint}/test")["id"]

    @cached_property
    def message(self) -> str:
        return self.make("messages", {"from": self.member, "to": self.bob[0], "text": "Hi"})["id"]

    @cached_property
    def call(self) -> str:
        return self.make("calls", {"from": self.member, "to": self.bob[0]})["id"]

    @cached_property
    def released(self) -> tuple[str, str]:
        """A member, and the number that stood for somebody on the phone that has texted it since."""
        (gone, number), (other, _) = self.person(), self.person()
        pair = self.befriend(gone, other)
        ask("DELETE", f"/v1/communities/{self.community}/members/{gone}/contacts/{pair['id']}")
        self.text(number, pair["number"], "Are you there?")
        return gone, self.all(f"releases?member={gone}")[0]["number_id"]

    @cached_property
    def held(self) -> str:
        assert self.released
        return self.all("quarantine")[0]["id"]

    @cached_property
    def opt_out(self) -> str:
        (stops, number), (other, _) = self.person(), self.person()
        self.text(number, self.befriend(stops, other)["number"], "STOP")
        return self.all("opt_outs")[0]["id"]

    @cached_property
    def opt_in(self) -> str:
        new = {"member": self.member, "source": "api", "evidence": "a form"}
        return self.make("opt_ins", new)["id"]

    @cached_property
    def block(self) -> str:
        (contact, _) = self.person()
        self.make(f"members/{self.member}/blocks", {"contact": contact})
        return contact

    @cached_property
    def key(self) -> str:
        return ask("POST", "/v1/keys", {"name": "fuzz", "scope": "admin"})["id"]

    @cached_property
    def book_link(self) -> str:
        return self.make(f"members/{self.member}/book_links", {})["id"]

    @cached_property
    def token(self) -> str:
        return self.make(f"members/{self.member}/book_links", {})["url"].rsplit("/", 1)[1]

    @cached_property
    def verification(self) -> str:
        """One that is done: a request that was made before this one may still have one going on."""
        for _ in range(600):
            try:
                made = ask("POST", "/v1/verifications", {"community": self.community})
                break
            except urllib.error.HTTPError as refused:
                assert refused.code == 409, refused
                time.sleep(0.1)
        while ask("GET", f"/v1/verifications/{made['id']}")["state"] == "running":
            time.sleep(0.1)
        return made["id"]

    def fill_path(self, operation: str, path: dict) -> None:
        for name in path:
            path[name] = getattr(self, name)
        if "quarantine" in operation:
            path["message"] = self.held
        if operation == "PATCH /v1/communities/{community}/members/{member}/devices/{device}":
            path["device"] = self.app
        if "/releases/" in operation:
            path["member"], path["number"] = self.released
        if "/blocks/{contact}" in operation:
            path["contact"] = self.block
        if operation.endswith("/accept"):
            # Who was chosen accepts.
            path["member"], path["contact"] = self.bob[0], self.ann[0]

    def fill_body(self, operation: str, body: dict) -> None:
        fresh = {
            "name": lambda: f"Name {unique()}",
            "number": phone,
            "pool": lambda: self.pool,
            "campaign": lambda: self.campaign,
            "carrier": lambda: "loopback",
            "url": lambda: f"https://a.example.org/{unique()}",
            "from": lambda: self.member,
            "to": lambda: self.bob[0],
            "contact": lambda: self.person()[0],
            "contacts": lambda: [self.person()[0]],
            "community": lambda: self.community,
            "endpoint": lambda: self.endpoint,
            "phone": phone,
        }
        if "/loopback/" in operation:
            fresh["to"] = lambda: self.pair["number"]
        for name in set(body) & set(fresh):
            body[name] = fresh[name]()
        if operation.endswith("/release"):
            body["re_pair"] = True  # They are no contacts any more.
        if "/swaps" in operation:
            body.pop("carrier", None)
            body.pop("region", None)
            body["numbers"] = [self.add_number()]
        if operation.endswith("/replace"):
            body.pop("settle", None)
        # What belongs together.
        if operation.endswith("/devices"):
            of_app = ("endpoint", "texts_to")
            for name in ("phone",) if body.get("kind") == "app" else of_app:
                body.pop(name, None)
            if body.get("kind") == "app":
                body.update(endpoint=self.endpoint)
            else:
                body.update(kind="phone", phone=phone())
        if operation.endswith("/erase"):
            body["confirm"] = "Someone"
        if operation.endswith("/opt_ins"):
            body.update(member=self.member, contact=None, device=None, given_at=None)
        if "/pool_files/" in operation:
            body["toml"] = f'[community]\nname = "Town {unique()}"\n'
        if operation.endswith("/pool_files/apply"):
            body["fingerprint"] = ask("POST", "/v1/pool_files/plan", {"toml": body["toml"]})["fingerprint"]
        if "time_zone" in body:
            body["time_zone"] = "Europe/Berlin"
        if "/admin_users" in operation:
            body["communities"] = None
        if operation == "POST /v1/keys":
            body["community"] = self.community if body["scope"] != "admin" else None
            body["app"] = f"app{unique()}" if body["scope"] == "app" else None
        if isinstance(body.get("events"), list):
            body["events"] = [kind for kind in body["events"] if kind != "endpoint.test"]


# The keys in use, which answers name, and which schemathesis would therefore try to revoke.
_in_use = {key["id"] for key in ask("GET", "/v1/keys")["data"]}
# A word of the language, so that it cannot be written in the class.
setattr(Town, "import", property(Town.new_import))

_town, _uses = Town(), 0
_asked: Counter[str] = Counter()


def fill(case) -> None:
    global _town, _uses
    operation = case.operation.label
    if _uses >= USES:
        _town, _uses = Town(), 0
    _uses += 1
    _town.fill_path(operation, case.path_parameters)
    if isinstance(case.body, dict):
        _town.fill_body(operation, case.body)
    case.query.clear()
    if operation.endswith("/resolve"):
        case.query.update({"from": _town.ann[1], "to": _town.pair["number"]})
    if operation == "GET /v1/events":
        case.query["community"] = _town.community
    for name in ("If-Match", "If-None-Match", "Idempotency-Key", "Last-Event-ID"):
        case.headers.pop(name, None)
    if not operation.startswith("GET "):
        _uses = USES


@schemathesis.hook
def before_call(context, case, **kwargs) -> None:
    operation = case.operation.label
    if case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE:
        _asked[operation] += 1
        if _asked[operation] % 2 == 1 or case.path_parameters.get("key") in _in_use:
            fill(case)
    if operation == "GET /v1/events":
        # The stream ends by itself only if it is asked to.
        wanted = str(case.query.get("for_s", 0))
        if wanted.isdecimal() and int(wanted) <= 86_400:
            case.query["for_s"] = 0
