"""The control API's journal: what was asked, searched, shown, exported, verified."""

from otakit.mockserver.answers import OK, Answer, StreamedAnswer, empty, json_answer
from otakit.mockserver.journal.detail import detail
from otakit.mockserver.journal.har import har
from otakit.mockserver.journal.match import FILTERS, Match
from otakit.mockserver.journal.verification import verify
from otakit.mockserver.operations import Call, operation
from otakit.mockserver.paging import counted, page_of


@operation("listJournal")
def list_journal(call: Call) -> Answer:
    """List what was asked, newest first."""
    page = page_of(call)
    found = list(_asked_for(call).among(reversed(call.universe.journal)))
    shown = found[page.start : page.stop]
    headers = counted(call, page, len(found))
    return json_answer([entry.summary() for entry in shown], OK, headers)


@operation("clearJournal")
def clear_journal(call: Call) -> Answer:
    """Forget what was asked."""
    call.universe.journal.clear()
    return empty()


@operation("getJournalEntry")
def get_journal_entry(call: Call) -> Answer:
    """Show a request and its answer."""
    entry = call.universe.journal.entry(int(call.params["number"]))
    return json_answer(detail(entry, secrets=call.params["secrets"]))


@operation("exportHar")
def export_har(call: Call) -> Answer:
    """Export what was asked; what is asked meanwhile is not in it."""
    found = list(_asked_for(call).among(call.universe.journal))
    return StreamedAnswer(
        OK,
        content_type=b"application/json",
        headers=((b"content-disposition", b'attachment; filename="otakit.har"'),),
        chunks=har(found, secrets=call.params["secrets"]),
    )


@operation("verifyJournal")
def verify_journal(call: Call) -> Answer:
    """Check that something was asked, and how often."""
    journal = call.universe.journal
    verdict = verify(journal, call.body)
    nearest = verdict.nearest
    return json_answer(
        {
            "verified": verdict.verified,
            "count": len(verdict.matches),
            "matches": [entry.number for entry in verdict.matches],
            "nearest": nearest and {"entry": nearest.entry.summary(), "differs": nearest.differs},
            "message": verdict.message,
            "forgotten": journal.forgotten,
        }
    )


def _asked_for(call: Call) -> Match:
    return Match({name: call.params[name] for name in FILTERS if name in call.params})
