"""How a rule ends when it neither holds nor fails: raised on the way, turned into a verdict."""


class NotReached(Exception):
    """What a rule builds on did not come about, so that its own statement was never tried."""


class NotApplicable(Exception):
    """The target does not claim what a rule is about, or the run was not given what it needs."""
