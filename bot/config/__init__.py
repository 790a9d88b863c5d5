"""manifests/ → frozen policies; says which file and line is wrong and what would be right."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter, ValidationError

from bot.config import book_checks, checks, endless, gates
from bot.config.book import read_book
from bot.config.documents import HATS, SERVICES, Document, read_folder
from bot.config.mistakes import ManifestMistakes, Mistake, shown, suggest
from bot.config.named import unknown
from bot.config.typed import typed
from bot.domain.declared import Url
from bot.domain.hats import Hat
from bot.domain.ids import digest
from bot.domain.oncall.book import Book
from bot.domain.runbook import Frozen, Runbook, Service
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.wearing import HatPolicy
from bot.domain.workflow.workflows import Workflows

__all__ = ["ManifestMistakes", "Manifests", "Mistake", "load"]


class Manifests(Frozen):
    """All that operators declared, checked."""

    workflows: Workflows
    services: dict[str, Service]
    runbooks: dict[str, Runbook]
    book: Book = Book()
    """Empty where there is no folder `oncall`: then nobody is paged."""

    @property
    def policy(self) -> Policy:
        """The workflow in force."""
        return self.workflows.in_force

    @cached_property
    def hash(self) -> str:
        """The version of the whole: it changes with any value in force."""
        return digest(self.model_dump(mode="json"))


def load(root: Path, environment: Mapping[str, str], workflow: str = "hybrid") -> Manifests:
    """Read and check every manifest below `root`; `workflow` picks the one in force.

    `SERVICE_URL_<ID>` in the environment (upper case, `_` for `-`) overrides a service's url.
    Raises ManifestMistakes with everything that is wrong in any file.
    """
    found = list[Mistake]()
    documents = read_folder(root, found)
    known = sorted(path.stem for path in (root / "workflows").glob("*.yaml"))
    policies = _workflows(documents, known, found)
    services = _services(documents, known, environment, found)
    runbooks = _runbooks(documents, found)
    book = _book(root, documents, found)
    _ends(documents, policies, book, found)
    if not (root / "workflows" / f"{workflow}.yaml").is_file():
        what = f"no workflow is called {shown(workflow)}"
        found.append(Mistake(f"{root.name}/workflows", 0, what, suggest(workflow, known, "There are")))
    if not (root / SERVICES).is_file():
        found.append(
            Mistake(f"{root.name}/{SERVICES}", 0, "the file is missing", "List what runbooks may act on in it.")
        )
    if not found and workflow not in policies:  # it came while the others were read
        found.append(Mistake(f"{root.name}/workflows", 0, f"{shown(workflow)} was not there yet", "Read it again."))
    if found:
        raise ManifestMistakes(found)
    by_service = {service.id: service.workflow for service in services.values() if service.workflow}
    workflows = Workflows(chosen=workflow, by_name=policies, by_service=by_service)
    return Manifests(workflows=workflows, services=services, runbooks=runbooks, book=book)


def _workflows(documents: Mapping[str, Document], known: Sequence[str], found: list[Mistake]) -> dict[str, Policy]:
    policies = dict[str, Policy]()
    written = documents.get(HATS)
    shared = (typed(dict[Hat, HatPolicy], written, (), {}, found) if written else None) or {}
    for name, document in _in_folder(documents, "workflows"):
        found += checks.workflow(document)
        found += unknown(document, ("severities", "*", "workflow"), known, "workflow")
        if policy := typed(Policy, document, (), {"name": name}, found):
            policies[name] = policy.with_hats(shared)
    return policies


def _services(
    documents: Mapping[str, Document], known: Sequence[str], environment: Mapping[str, str], found: list[Mistake]
) -> dict[str, Service]:
    services = dict[str, Service]()
    document = documents.get(SERVICES)
    if document is not None:
        found += unknown(document, ("*", "workflow"), known, "workflow")
    for name in document.tree if document else ():
        assert document is not None
        if service := typed(Service, document, (name,), {"id": name}, found):
            services[name] = _with_url(service, environment, found)
    return services


def _with_url(service: Service, environment: Mapping[str, str], found: list[Mistake]) -> Service:
    variable = f"SERVICE_URL_{service.id.upper().replace('-', '_')}"
    url = environment.get(variable)
    if url is None:
        return service
    try:
        return service.model_copy(update={"url": TypeAdapter(Url).validate_python(url)})
    except ValidationError as error:
        ctx = error.errors()[0]["ctx"]
        found.append(Mistake("environment", 0, f"{variable}: {ctx['what']}", ctx["instead"]))
        return service


def _runbooks(documents: Mapping[str, Document], found: list[Mistake]) -> dict[str, Runbook]:
    catalogue = documents.get(SERVICES)
    runbooks = dict[str, Runbook]()
    for name, document in _in_folder(documents, "runbooks"):
        found += checks.runbook(document, catalogue.tree if catalogue else None)
        if runbook := typed(Runbook, document, (), {"id": name}, found):
            runbooks[name] = runbook
    return runbooks


def _book(root: Path, documents: Mapping[str, Document], found: list[Mistake]) -> Book:
    """Read the on-call book, and hold against it what other files name of it."""
    files = [document for _, document in _in_folder(documents, "oncall")]
    if not files:
        nobody = dict.fromkeys(("people", "teams", "schedules"), frozenset[str]())
        for _, workflow in _in_folder(documents, "workflows"):
            found += book_checks.approvals(workflow, nobody, Book())
        return Book()
    book, known = read_book(files, found, whole=len(files) == len([*(root / "oncall").glob("*.yaml")]))
    if SERVICES in documents and "teams" in known:
        found += book_checks.owners(documents[SERVICES], known["teams"])
    for _, workflow in _in_folder(documents, "workflows"):
        if "notifiers" in known:
            found += book_checks.page_contacts(workflow, known["notifiers"])
        found += book_checks.approvals(workflow, known, book)
    return book


def _ends(documents: Mapping[str, Document], policies: Mapping[str, Policy], book: Book, found: list[Mistake]) -> None:
    """Look for approvals that can never pass, and stages without an end, in workflows that are right in themselves."""
    wrong = {mistake.file for mistake in found}
    for name, document in _in_folder(documents, "workflows"):
        if name in policies and document.file not in wrong:
            found += [*gates.never(document, policies[name], book), *endless.check(document, policies[name], book)]


def _in_folder(documents: Mapping[str, Document], folder: str) -> list[tuple[str, Document]]:
    paths = [(PurePosixPath(path), document) for path, document in documents.items()]
    return [(path.stem, document) for path, document in paths if path.parent.name == folder]
