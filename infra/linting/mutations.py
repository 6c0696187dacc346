"""Proof that every assertion can fail: each seed breaks a copy in one place,
and the assertion named beside it must say so.

    mutations.py TRANSLATED.json CONNECT.yaml ACTIONS.json
"""

import copy
import sys
from pathlib import Path

import assertions
import facts as reading


def change(*path, to):
    """A seed that puts `to` at a path below the template's resources."""

    def seed(facts):
        at = facts.stack["Resources"]
        for step in path[:-1]:
            at = at[step]
        if to is None:
            del at[path[-1]]
        else:
            at[path[-1]] = to

    return seed


def flow(facts):
    return facts.connect["Resources"]["CheckCall"]["Properties"]["Content"]["Fn::Sub"]


def flow_text(before, after):
    def seed(facts):
        assert before in flow(facts)[0]
        flow(facts)[0] = flow(facts)[0].replace(before, after)

    return seed


def drop(*path):
    return change(*path, to=None)


def allow(role, action, resource="*"):
    def seed(facts):
        facts.stack["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(
            {"Effect": "Allow", "Action": action, "Resource": resource}
        )

    return seed


def forget(attribute, *path):
    def seed(facts):
        at = getattr(facts, attribute)
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]

    return seed


def gsi_kind(facts):
    facts.stack["Resources"]["Residents"]["Properties"]["GlobalSecondaryIndexes"][0]["Projection"]["ProjectionType"] = "ALL"


def other_default(facts):
    facts.stack["Parameters"]["RingSeconds"]["Default"] = 30


def other_retention(facts):
    facts.retention["lists_days"] = 29


def second_gateway(facts):
    facts.stack["Resources"]["Door"] = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}}


def second_route(facts):
    facts.stack["Resources"]["Door"] = {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "GET /x", "Target": "integrations/other"}}


P = "Properties"
SEEDS = [
    ("queues_are_those_of_the_topology", "hidden too briefly", change("RowsQueue", P, "VisibilityTimeout", to=300)),
    ("queues_are_those_of_the_topology", "another receive count", change("UploadsQueue", P, "RedrivePolicy", "maxReceiveCount", to=6)),
    ("queues_are_those_of_the_topology", "another batch", change("DialerBatch", P, "BatchSize", to=6)),
    ("queues_are_those_of_the_topology", "more at once", change("LoaderBatch", P, "ScalingConfig", "MaximumConcurrency", to=5)),
    ("queues_are_those_of_the_topology", "another time limit", change("Dialer", P, "Timeout", to=21)),
    ("the_stream_is_that_of_the_topology", "no bisecting", change("OutcomesFunctionBatch", P, "BisectBatchOnFunctionError", to=False)),
    ("the_stream_is_that_of_the_topology", "endless retries", drop("OutcomesFunctionBatch", P, "MaximumRetryAttempts")),
    ("the_stream_is_that_of_the_topology", "nowhere for what failed", drop("OutcomesFunctionBatch", P, "DestinationConfig")),
    ("the_stream_is_that_of_the_topology", "AWS's own key", change("Outcomes", P, "StreamEncryption", "KeyId", to="alias/aws/kinesis")),
    ("the_stream_is_that_of_the_topology", "a slow key press", change("KeyPress", P, "Timeout", to=9)),
    ("every_batch_reports_its_failures", "a batch that fails as one", drop("IngestBatch", P, "FunctionResponseTypes")),
    ("timers_are_those_of_the_topology", "no such rate", change("SweepTimer", P, "ScheduleExpression", to="rate(1 fortnight)")),
    ("timers_are_those_of_the_topology", "another rate", change("LedgerTimer", P, "ScheduleExpression", to="rate(20 minutes)")),
    ("timers_are_those_of_the_topology", "a run that overlaps the next", change("Planner", P, "Timeout", to=60)),
    ("timers_are_those_of_the_topology", "the wrong run", change("LedgerTimer", P, "Target", "Input", to="{}")),
    ("contact_events_keep_their_order", "no partition key", drop("ContactEvents", P, "Targets", 0, "KinesisParameters")),
    ("contact_events_keep_their_order", "no dead letters", drop("ContactEvents", P, "Targets", 0, "DeadLetterConfig")),
    ("every_queue_has_dead_letters_and_an_alarm", "no alarm", drop("RowsDeadAlarm")),
    ("every_queue_has_dead_letters_and_an_alarm", "no alarm on its letters", drop("RowsLetters")),
    ("every_queue_has_dead_letters_and_an_alarm", "an alarm that tells nobody", drop("RowsDeadAlarm", P, "AlarmActions")),
    ("every_queue_has_dead_letters_and_an_alarm", "no dead letters", drop("CallRequestsQueue", P, "RedrivePolicy")),
    ("every_queue_has_dead_letters_and_an_alarm", "dead letters of everyone", drop("RowsDead", P, "RedriveAllowPolicy")),
    ("every_queue_has_dead_letters_and_an_alarm", "plain text", drop("RowsQueue", P, "SqsManagedSseEnabled")),
    ("dead_letters_are_collected", "another who deletes them", change("SweepRole", P, "Policies", 0, "PolicyDocument", "Statement", 0, to={"Effect": "Allow", "Action": "sqs:DeleteMessage", "Resource": {"Fn::GetAtt": ["RowsDead", "Arn"]}})),
    ("dead_letters_are_collected", "a queue that nobody empties", drop("LettersFunctionRole", P, "Policies", 0, "PolicyDocument", "Statement", 2)),
    ("dead_letters_are_collected", "a queue that it is not told of", drop("LettersFunction", P, "Environment", "Variables", "ROLLCALL_DEAD_LETTERS_CONTACT_EVENTS")),
    ("dead_letters_are_collected", "no time to work", change("LettersFunction", P, "Timeout", to=54)),
    ("every_function_is_watched", "no alarm on errors", drop("SweepErrors")),
    ("every_function_is_watched", "no alarm on throttles", drop("KeyPressThrottles")),
    ("every_function_is_watched", "a log for ever", drop("LoaderLog", P, "RetentionInDays")),
    ("what_must_be_noticed_has_an_alarm", "no alarm on the account", drop("LedgerMismatch")),
    ("what_must_be_noticed_has_an_alarm", "no alarm on a day that differs", drop("DayDiffers")),
    ("what_must_be_noticed_has_an_alarm", "no alarm on the stream", drop("OutcomesAge")),
    ("what_must_be_noticed_has_an_alarm", "no alarm on concurrency", drop("ConcurrencyBreached")),
    ("what_must_be_noticed_has_an_alarm", "no alarm on the switch", drop("DialingStopped")),
    ("roles_may_do_no_more_than_they_need", "every action", allow("IngestRole", "dynamodb:*", "x")),
    ("roles_may_do_no_more_than_they_need", "every resource", allow("IngestRole", "dynamodb:GetItem")),
    ("roles_may_do_no_more_than_they_need", "no such action", allow("IngestRole", "dynamodb:GetItems", "x")),
    ("roles_may_do_no_more_than_they_need", "a policy of others", change("SweepRole", P, "ManagedPolicyArns", to=["arn:aws:iam::aws:policy/ReadOnlyAccess"])),
    ("roles_may_do_no_more_than_they_need", "another's role", change("Ingest", P, "Role", to={"Fn::GetAtt": ["SweepRole", "Arn"]})),
    ("only_an_erasure_deletes_calls_and_lists", "another who deletes calls", change("SweepRole", P, "Policies", 0, "PolicyDocument", "Statement", 0, to={"Effect": "Allow", "Action": "dynamodb:DeleteItem", "Resource": {"Fn::GetAtt": ["Attempts", "Arn"]}})),
    ("only_an_erasure_deletes_calls_and_lists", "another who deletes lists", allow("LoaderRole", "s3:DeleteObjectVersion", "x")),
    ("timers_are_those_of_the_topology", "erasures that overlap", change("ErasuresFunction", P, "Timeout", to=900)),
    ("only_the_dialer_may_call", "another who calls", allow("SweepRole", "connect:StartOutboundVoiceContact", "x")),
    ("tables_are_those_of_the_code", "another key", change("Checks", P, "KeySchema", 1, "AttributeName", to="date")),
    ("tables_are_those_of_the_code", "a missing index", drop("Attempts", P, "GlobalSecondaryIndexes", 1)),
    ("tables_are_those_of_the_code", "whole items in an index", gsi_kind),
    ("tables_are_those_of_the_code", "nothing expires", drop("Checks", P, "TimeToLiveSpecification")),
    ("tables_are_those_of_the_code", "a log for ever", drop("Audit", P, "TimeToLiveSpecification")),
    ("tables_are_those_of_the_code", "calls for ever", drop("Attempts", P, "TimeToLiveSpecification")),
    ("tables_are_those_of_the_code", "no table", drop("Callbacks")),
    ("tables_are_those_of_the_code", "a table too many", forget("tables", "numbers")),
    ("tables_are_those_of_the_code", "unprotected", change("Residents", P, "DeletionProtectionEnabled", to=False)),
    ("what_people_made_outlives_the_stack", "deleted with the stack", change("Residents", "DeletionPolicy", to="Delete")),
    ("both_spellings_of_csv_are_told_of", "one spelling", drop("Uploads", P, "NotificationConfiguration", "QueueConfigurations", 1)),
    ("lists_go_when_the_policy_says", "lists kept for longer", change("Uploads", P, "LifecycleConfiguration", "Rules", 0, "ExpirationInDays", to=31)),
    ("lists_go_when_the_policy_says", "former versions kept", change("Uploads", P, "LifecycleConfiguration", "Rules", 0, "NoncurrentVersionExpiration", "NoncurrentDays", to=30)),
    ("lists_go_when_the_policy_says", "a rule that sleeps", change("Uploads", P, "LifecycleConfiguration", "Rules", 0, "Status", to="Disabled")),
    ("lists_go_when_the_policy_says", "no rule", change("Uploads", P, "LifecycleConfiguration", "Rules", to=[])),
    ("lists_go_when_the_policy_says", "another policy", other_retention),
    ("the_policy_is_that_of_the_code", "another default", other_default),
    ("the_policy_is_that_of_the_code", "no such setting", change("Dialer", P, "Environment", "Variables", "ROLLCALL_POLICY_RING", to="1")),
    ("sign_in_is_closed", "open sign-up", drop("People", P, "AdminCreateUserConfig")),
    ("sign_in_is_closed", "a missing group", drop("Operators")),
    ("sign_in_is_closed", "a sign-in that returns anywhere", change("Portal", P, "CallbackURLs", to=["https://*/signed-in"])),
    ("sign_in_is_closed", "tokens of others", change("Api", P, "Environment", "Variables", "ROLLCALL_OIDC_ISSUER", to="https://example.org")),
    ("sign_in_is_closed", "tokens for others", change("Api", P, "Environment", "Variables", "ROLLCALL_OIDC_CLIENT_ID", to="other")),
    ("the_portal_is_reached_one_way", "another gateway", second_gateway),
    ("the_portal_is_reached_one_way", "a route past the function", second_route),
    ("the_portal_is_reached_one_way", "other pages", change("Gateway", P, "CorsConfiguration", to={"AllowOrigins": ["*"]})),
    ("the_portal_is_reached_one_way", "another function", change("GatewayToApi", P, "IntegrationUri", to={"Fn::GetAtt": ["Sweep", "Arn"]})),
    ("the_portal_is_reached_one_way", "another form of events", change("GatewayToApi", P, "PayloadFormatVersion", to="1.0")),
    ("the_portal_is_reached_one_way", "no limit", drop("GatewayStage", P, "DefaultRouteSettings")),
    ("the_portal_is_reached_one_way", "no log", drop("GatewayStage", P, "AccessLogSettings", "DestinationArn")),
    ("the_portal_is_reached_one_way", "who asked", change("GatewayStage", P, "AccessLogSettings", "Format", to="$context.identity.sourceIp")),
    ("the_portal_is_reached_one_way", "what was asked for", change("GatewayStage", P, "AccessLogSettings", "Format", to="$context.path")),
    ("the_portal_is_reached_one_way", "any gateway", change("GatewayMayAsk", P, "SourceArn", to="arn:aws:execute-api:eu-west-2:111122223333:*")),
    ("the_portal_is_reached_one_way", "another function for the gateway", change("GatewayMayAsk", P, "FunctionName", to={"Ref": "Sweep"})),
    ("the_portal_is_reached_one_way", "lists from any page", change("Uploads", P, "CorsConfiguration", "CorsRules", 0, "AllowedOrigins", to=["*"])),
    ("the_portal_is_reached_one_way", "lists are read by pages", change("Uploads", P, "CorsConfiguration", "CorsRules", 0, "AllowedMethods", to=["GET", "POST"])),
    ("the_portal_is_reached_one_way", "no alarm", drop("GatewayErrors")),
    ("flows_are_flows", "broken JSON", flow_text('{"Version"', '{Version')),
    ("flows_are_flows", "a dead end", flow_text('"NextAction": "hang-up"', '"NextAction": "hangup"')),
    ("flows_are_flows", "a placeholder for which nothing is given", flow_text("${OrganisationName}", "${Organisation}")),
    ("connect_binds_both_ends", "no permission", forget("connect", "Resources", "KeyPressPermission")),
    ("connect_binds_both_ends", "an id that is not handed on", forget("connect", "Outputs", "ConnectQueueId")),
]


def main(translated, connect, actions):
    facts = reading.read(Path(translated).read_text(encoding="utf-8"), Path(connect).read_text(encoding="utf-8"), actions)
    missed = []
    for name, what, seed in SEEDS:
        broken = copy.deepcopy(facts)
        seed(broken)
        check = getattr(assertions, name)
        if not set(check(broken)) - set(check(facts)):
            missed.append(f"{name} does not see: {what}")
    unproven = {check.__name__ for check in assertions.ALL} - {name for name, _, _ in SEEDS}
    missed += [f"{name} has no seed" for name in sorted(unproven)]
    if missed:
        sys.exit("\n".join(missed))
    print(f"{len(SEEDS)} seeded faults, all found by {len(assertions.ALL)} assertions")


if __name__ == "__main__":
    main(*sys.argv[1:])
