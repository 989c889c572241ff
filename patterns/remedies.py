"""What to do about failures, in our own words: the messages of whatever failed are data and never advice. Pure."""

from patterns.enums import REJECTED, UNKNOWN_ERROR, FailureGroup

SLOW = "The service did not answer in time. Check that it is up; allow it more time, or ask it for less at once."
AWAY = "The service could not be reached. Check its address and the network, then try again."
REFUSED_KEY = "The service refused the key. Set a valid one for it, with the rights that this work needs."
TOO_MANY = "Too many requests. Generate less at once or later, or raise the limit with the provider."
BAD_REQUEST = "The service refused the request. Look at the prompt and the parameters of the examples."
BUG = "This is a fault in the code that ran. The trace of an example names the line."
FULL = "The machine or the database refused. Check space, memory and rights, then try again."

# Kinds of failure without a service behind them, and what each says.
REMEDIES: dict[str, str] = {
    REJECTED: "Read the ratings of these contents before generating the like again.",
    UNKNOWN_ERROR: "Nothing was said about the reason. Let the program that reports the run name an error.",
    "Abandoned": "Its process was killed. Look at memory and restarts of the workers, then generate it again.",
    "GenerationFailed": "The brief could not be met. The message of an example names what to change.",
    "CancelledError": "It was cancelled from outside. Generate it again where it is still wanted.",
    "KeyboardInterrupt": "It was stopped by hand. Generate it again where it is still wanted.",
}
# The same advice for every class of error that means the same: Python's, and those of the usual clients.
SHARED: dict[str, str] = {
    "Timeout TimeoutError ReadTimeout ConnectTimeout APITimeoutError": SLOW,
    "ConnectionError ConnectError APIConnectionError SSLError ServiceUnavailable InternalServerError": AWAY,
    "AuthenticationError AuthenticationFailed PermissionDeniedError AccessDenied": REFUSED_KEY,
    "RateLimitError RateLimited ResourceExhausted TooManyRequests": TOO_MANY,
    "BadRequestError UnprocessableEntityError HTTPError ContentPolicyViolationError": BAD_REQUEST,
    "ValueError TypeError KeyError AttributeError IndexError AssertionError JSONDecodeError": BUG,
    "OSError MemoryError PermissionError OperationalError DatabaseError": FULL,
}
KNOWN = REMEDIES | {name: advice for names, advice in SHARED.items() for name in names.split()}
OTHER = "Look at the trace of an example: it says where it went wrong."
GROUP_REMEDIES: dict[str, str] = {
    FailureGroup.PHASE: "Look at the examples: what this phase does goes wrong more often than the rest.",
    FailureGroup.MODEL: "Use another model for the same phase, or look at the examples for what it cannot do.",
    FailureGroup.PROVIDER: "Use another provider for the same phase, or ask this one about the examples.",
    FailureGroup.APPROACH: "Try another approach, or look at the examples for what is wrong with this one.",
    FailureGroup.PROMPT: "Change the prompt, or leave it out.",
}


def remedy(failure: str) -> str:
    """What to do about a kind of failure."""
    return KNOWN.get(failure, OTHER)


def group_remedy(kind: str, *, claimed: bool, tested: bool) -> str:
    """What to do about a group that fails more than the others, or why nothing can be said of it."""
    if claimed:
        return GROUP_REMEDIES[kind]
    return "" if tested else "Too few runs that can be compared: use it beside others in the same phase."
