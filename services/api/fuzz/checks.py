"""What schemathesis holds each answer to, where the description of a request cannot say all that its sender must know.

The checks of schemathesis itself are asked first; what they object to is let pass for the reasons below and no others.
That 412 and 428 come from nothing but requests with If-Match, and 422 only from those that document it, is held by
schemathesis' own check of the statuses.
"""

import schemathesis
from schemathesis.specs.openapi.checks import missing_required_header, positive_data_acceptance
from schemathesis.core.failures import Failure

# What a schema cannot say, by the field that the refusal names.
RULES = {
    # Read by the rules of an upload's columns: a number that can be rung, a zone of the IANA, a tag of a language.
    "number", "timezone", "language",
    # After the beginning, and not over.
    "until",
    # In place of ids, and not beside them.
    "matching",
}


@schemathesis.check
def what_is_right_is_taken(ctx, response, case):
    """A request that is as described is not refused, but for what only the service knows."""
    try:
        positive_data_acceptance(ctx, response, case)
    except Failure:
        # The version that is named is not the present one: that is what it is named for.
        if response.status_code == 412 and any(name.lower() == "if-match" for name in case.headers or {}):
            return
        problem = response.json()
        # A cursor is good for the list that gave it. Whoever makes one up is told so.
        if response.status_code == 400 and problem["detail"].startswith("cursor: "):
            return
        if response.status_code == 422 and {error["field"] for error in problem["errors"]} <= RULES:
            return
        raise


@schemathesis.check
def what_is_missing_is_missed(ctx, response, case):
    """A request without a header that it needs is refused."""
    try:
        missing_required_header(ctx, response, case)
    except Failure:
        # RFC 6585 has a status of its own for a missing If-Match, which schemathesis does not expect.
        if response.status_code != 428:
            raise
