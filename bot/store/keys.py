"""Every key in Redis, in one place. One hash tag for all: an installation lives on one shard, open to its scripts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    tag: str = "muster"

    def _(self, rest: str) -> str:
        return f"{{{self.tag}}}:{rest}"

    def incident(self, incident: str) -> str:
        """Hash: v (version), h (head hash), s (state as JSON)."""
        return self._(f"incident:{incident}")

    def log(self, incident: str) -> str:
        """Stream: one entry an event, its id `<version>-0`, field r (the record as JSON)."""
        return self._(f"log:{incident}")

    def causes(self, incident: str) -> str:
        """Hash: cause → version it led to."""
        return self._(f"causes:{incident}")

    def lane(self, lane: str) -> str:
        """List: waiting effects, oldest first."""
        return self._(f"lane:{lane}")

    def once(self, lane: str) -> str:
        """Set: words of waiting effects that need not wait twice."""
        return self._(f"once:{lane}")

    def lease(self, lane: str) -> str:
        """String with expiry: the token of the worker that serves the lane."""
        return self._(f"lease:{lane}")

    def posts(self, incident: str) -> str:
        """Hash: a message's name → where it stands."""
        return self._(f"posts:{incident}")

    def track(self, runbook: str) -> str:
        """Hash: incident/mitigation → how that run of the runbook ended."""
        return self._(f"track:{runbook}")

    def answers(self, person: str) -> str:
        """Hash: incident/gate → how soon somebody answered there, as JSON."""
        return self._(f"answers:{person}")

    def ended(self, policy: str) -> str:
        """Hash: incident/gate → how that gate of an approval policy ended, as JSON."""
        return self._(f"ended:{policy}")

    def target(self, target: str) -> str:
        """Hash: holder, fence, until (ms)."""
        return self._(f"target:{target}")

    def replay(self, signature: str) -> str:
        return self._(f"replay:{signature}")

    def closed(self, what: str) -> str:
        """String with expiry: Slack asked us to leave this method (in this channel) alone for a while."""
        return self._(f"closed:{what}")

    def pages(self, destination: str) -> str:
        """Sorted set: number of a page → when it went (ms)."""
        return self._(f"pages:{destination}")

    def held(self, destination: str) -> str:
        """Sorted set: page that waits to be bundled → since when (ms)."""
        return self._(f"held:{destination}")

    def bundle(self, destination: str, page: str) -> str:
        """Sorted set with expiry: what one page stands for → since when it had waited (ms); and an empty word."""
        return self._(f"bundle:{len(destination)}:{destination}:{page}")

    @property
    def page_numbers(self) -> str:
        """Counter: tells pages apart that went in the same millisecond."""
        return self._("page-numbers")

    @property
    def lanes(self) -> str:
        """Sorted set: lane → when it next wants a worker (ms)."""
        return self._("lanes")

    @property
    def attempts(self) -> str:
        """Hash: effect id → tries so far."""
        return self._("attempts")

    @property
    def timers(self) -> str:
        """Sorted set: incident → when something of it falls due (ms)."""
        return self._("timers")

    @property
    def open(self) -> str:
        """Sorted set: open incidents by time of declaration (ms)."""
        return self._("open")

    @property
    def owed(self) -> str:
        """Sorted set: incidents in which a countersignature is owed, by time of declaration (ms)."""
        return self._("owed")

    @property
    def all(self) -> str:
        """Sorted set: all incidents by time of declaration (ms)."""
        return self._("all")

    @property
    def channels(self) -> str:
        """Hash: channel → incident."""
        return self._("channels")

    @property
    def numbers(self) -> str:
        """Hash: cause of a declaration → number; field `last` is the counter."""
        return self._("numbers")

    @property
    def policies(self) -> str:
        """Hash: a policy's hash → the policy as JSON, written once."""
        return self._("policies")

    @property
    def people(self) -> str:
        """Hash: person's id → the name that people see."""
        return self._("people")

    @property
    def home(self) -> str:
        """String: ids of the workspace that the app is installed in, and of its organisation."""
        return self._("home")

    @property
    def out(self) -> str:
        """Hash: person's id → why they can neither be asked nor decide."""
        return self._("out")

    @property
    def logins(self) -> str:
        """Hash: person's id → login."""
        return self._("logins")

    @property
    def handles(self) -> str:
        """Hash: lower-case login → person's id."""
        return self._("handles")

    @property
    def fences(self) -> str:
        """Hash: target → last fencing number handed out."""
        return self._("fences")

    @property
    def heartbeats(self) -> str:
        """Hash: process → when it was last alive (ms), for doctor and readiness."""
        return self._("heartbeats")

    @property
    def roster(self) -> str:
        """Stream: facts about who is on call, their ids `<number>-0`, field f (the fact as JSON)."""
        return self._("roster")

    @property
    def elsewhere(self) -> str:
        """Hash: schedule → the shifts that another system named last, as JSON."""
        return self._("elsewhere")

    @property
    def readings(self) -> str:
        """Hash: schedule → when what another system says about it was read last (ms)."""
        return self._("readings")

    @property
    def rounds(self) -> str:
        """Hash: what is done again and again → when it was taken on last (ms), and the word it was done for."""
        return self._("rounds")

    @property
    def problems(self) -> str:
        """Hash: what stands in the way → why, cure and since when (ms), as JSON."""
        return self._("problems")

    @property
    def processes(self) -> str:
        """Hash: kind and name of a process → since when it lives, and when it was last heard of (ms)."""
        return self._("processes")

    @property
    def audit(self) -> str:
        """Hash: at (when the last round began, ms), book, outbreak (in force, as JSON), shown (its id and edition)."""
        return self._("audit")

    @property
    def audit_turn(self) -> str:
        """String with expiry: the token of the process that does a round of the audit."""
        return self._("audit-turn")

    @property
    def outbreaks(self) -> str:
        """List: earlier outbreaks as JSON, newest first."""
        return self._("outbreaks")
