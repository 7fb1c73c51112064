"""What keeps a server from being checked: our own mistakes, the user's, or that nobody answers.

CheckError
├── BadRequestOfUser     what the user asked for cannot be done as it stands
│   ├── BadCapsule
│   ├── BadTarget
│   ├── BadWaivers
│   └── UnknownRule
└── TargetUnreachable    nobody to check: no connection, no TLS, no answer
    ├── NoAnswer
    ├── TlsFailure
    ├── LoginRefused
    └── NotAnApi

A broken contract is none of these: that is a `Failure`.
"""


class CheckError(Exception):
    """A server cannot be checked; the text is one line for the user."""


class BadRequestOfUser(CheckError):
    """What the user asked for cannot be done."""


class BadCapsule(BadRequestOfUser):
    """A capsule is no failure that could be tried again."""


class BadTarget(BadRequestOfUser):
    """The description of the target cannot be one."""


class BadWaivers(BadRequestOfUser):
    """A file of waivers says something that it cannot."""


class UnknownRule(BadRequestOfUser):
    """There is no rule with an id that was named."""


class TargetUnreachable(CheckError):
    """Nobody answers at the target's address, or nobody that could be checked."""


class NoAnswer(TargetUnreachable):
    """A request was sent, and its answer did not come, or not in time."""


class TlsFailure(TargetUnreachable):
    """The target's certificate is not trusted, or it speaks no TLS."""


class LoginRefused(TargetUnreachable):
    """The target answers, and does not let the user in."""


class NotAnApi(TargetUnreachable):
    """Something answers at the target's address, but none of the documented APIs."""
