"""What every linter misses, and what only this project can know.

Each function takes the facts and yields faults in words; mutations.py proves
of each that it can fail.
"""

import json
import re
import sys
from pathlib import Path

import facts as reading

PREFIX = "${Prefix}-"
# Have no resource to name (Service Authorization Reference, AWS X-Ray).
UNNAMED = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# What the log of requests may hold: nothing of who asked, and no path, which anybody writes.
ACCESS_LOG = {"requestId", "requestTime", "httpMethod", "status", "responseLength", "responseLatency", "integrationStatus"}
QUEUES = {"uploads": ("ingest", "Ingest"), "rows": ("loader", "Loader"), "call_requests": ("dialer", "Dialer")}
TIMERS = {"planner": "planner_seconds", "sweep": "sweep_seconds", "letters": "letters_seconds", "erasures": "erasures_seconds",
          "ledger": "ledger_seconds"}


def of_type(facts, kind):
    return {name: one["Properties"] for name, one in facts.stack["Resources"].items() if one["Type"] == kind}


def named(facts, kind, key, name):
    """The one resource whose property `key` is the prefix and `name`."""
    for logical, properties in of_type(facts, kind).items():
        if properties.get(key) == {"Fn::Sub": PREFIX + name}:
            return logical, properties
    return None, {}


def att(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def expect(what, found, wanted):
    if found != wanted:
        yield f"{what} is {found!r}; expected {wanted!r}"


def queues_are_those_of_the_topology(facts):
    for name, wanted in facts.topology["queues"].items():
        handler, function = QUEUES[name]
        logical, queue = named(facts, "AWS::SQS::Queue", "QueueName", name.replace("_", "-"))
        yield from expect(f"{name}: visibility", queue.get("VisibilityTimeout"), wanted["visibility_timeout_seconds"])
        yield from expect(f"{name}: retention", queue.get("MessageRetentionPeriod"), wanted["retention_seconds"])
        yield from expect(f"{name}: receives", queue.get("RedrivePolicy", {}).get("maxReceiveCount"), wanted["max_receives"])
        source = sources(facts).get(json.dumps(att(logical)), {})
        yield from expect(f"{name}: batch", source.get("BatchSize"), wanted["batch_size"])
        yield from expect(f"{name}: concurrency", source.get("ScalingConfig", {}).get("MaximumConcurrency"), wanted["concurrency"])
        yield from expect(f"{name}: function", source.get("FunctionName"), {"Ref": function})
        timeout = of_type(facts, "AWS::Lambda::Function").get(function, {}).get("Timeout", 0)
        yield from expect(f"{handler}: timeout", timeout, facts.topology["handlers"][f"{handler}_seconds"])
        if queue.get("VisibilityTimeout", 0) < 6 * timeout:
            yield f"{name}: hidden for less than six times the function's {timeout} s"


def sources(facts):
    return {json.dumps(one["EventSourceArn"]): one for one in of_type(facts, "AWS::Lambda::EventSourceMapping").values()}


def the_stream_is_that_of_the_topology(facts):
    wanted = facts.topology["streams"]["outcomes"]
    logical, stream = named(facts, "AWS::Kinesis::Stream", "Name", "outcomes")
    yield from expect("outcomes: shards", stream.get("ShardCount"), wanted["shards"])
    yield from expect("outcomes: retention", stream.get("RetentionPeriodHours"), wanted["retention_hours"])
    yield from expect("outcomes: encryption", stream.get("StreamEncryption", {}).get("KeyId"), att("Key"))
    source = sources(facts).get(json.dumps(att(logical)), {})
    yield from expect("outcomes: batch", source.get("BatchSize"), wanted["batch_size"])
    yield from expect("outcomes: retries", source.get("MaximumRetryAttempts"), wanted["max_retries"])
    yield from expect("outcomes: bisect", source.get("BisectBatchOnFunctionError"), wanted["bisect_on_error"])
    yield from expect("outcomes: start", source.get("StartingPosition"), "TRIM_HORIZON")
    yield from expect("outcomes: at once", source.get("ParallelizationFactor"), 1)
    if not source.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"):
        yield "outcomes: no destination for what failed"
    function = of_type(facts, "AWS::Lambda::Function").get("OutcomesFunction", {})
    yield from expect("outcomes: timeout", function.get("Timeout"), wanted["handler_timeout_seconds"])
    key_press = of_type(facts, "AWS::Lambda::Function").get("KeyPress", {})
    yield from expect("key-press: timeout", key_press.get("Timeout"), facts.topology["handlers"]["key_press_seconds"])


def every_batch_reports_its_failures(facts):
    for name, one in of_type(facts, "AWS::Lambda::EventSourceMapping").items():
        yield from expect(f"{name}: response types", one.get("FunctionResponseTypes"), ["ReportBatchItemFailures"])


def timers_are_those_of_the_topology(facts):
    functions = of_type(facts, "AWS::Lambda::Function")
    for name, key in TIMERS.items():
        _, timer = named(facts, "AWS::Scheduler::Schedule", "Name", name)
        seconds = rate(timer.get("ScheduleExpression", ""))
        yield from expect(f"timer {name}", seconds, facts.topology["timers"][key])
        function = timer.get("Target", {}).get("Arn", {}).get("Fn::GetAtt", [None])[0]
        if functions.get(function, {}).get("Timeout", 10**9) >= (seconds or 0):
            yield f"timer {name}: its function may run longer than the period"
        try:
            run = json.loads(timer.get("Target", {}).get("Input", "")).get("run")
        except ValueError:
            run = None
        yield from expect(f"timer {name}: run", run, "books" if name == "ledger" else name)


def rate(expression):
    """Seconds of a rate, by EventBridge Scheduler's grammar; None if it is none."""
    found = re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)s?\)", expression)
    if not found:
        return None
    return int(found[1]) * {"minute": 60, "hour": 3600, "day": 86400}[found[2]]


def contact_events_keep_their_order(facts):
    for name, rule in of_type(facts, "AWS::Events::Rule").items():
        for target in rule.get("Targets", []):
            yield from expect(f"{name}: partition key", target.get("KinesisParameters", {}).get("PartitionKeyPath"), "$.detail.contactId")
            if "DeadLetterConfig" not in target:
                yield f"{name}: no dead letters"


def alarms(facts, namespace, metric, dimension, value):
    for name, alarm in of_type(facts, "AWS::CloudWatch::Alarm").items():
        if (alarm.get("Namespace"), alarm.get("MetricName")) == (namespace, metric):
            if {"Name": dimension, "Value": value} in alarm.get("Dimensions", []) and alarm.get("AlarmActions"):
                yield name


def every_queue_has_dead_letters_and_an_alarm(facts):
    for name, queue in of_type(facts, "AWS::SQS::Queue").items():
        text = queue["QueueName"]["Fn::Sub"]
        dead = text.endswith("-dead-letters")
        # Dead letters are collected: there, too, it is their age that says whether something stands still.
        metric = "ApproximateAgeOfOldestMessage"
        if not any(alarms(facts, "AWS/SQS", metric, "QueueName", {"Fn::GetAtt": [name, "QueueName"]})):
            yield f"{name}: no alarm on {metric}"
        if not queue.get("SqsManagedSseEnabled"):
            yield f"{name}: not encrypted"
        if dead:
            yield from expect(f"{name}: retention", queue.get("MessageRetentionPeriod"), 1209600)
            if "RedriveAllowPolicy" not in queue:
                yield f"{name}: takes dead letters of any queue"
            continue
        waiting = "letters_waiting_" + text.removeprefix(PREFIX).replace("-", "_")
        if not any(alarms(facts, "Rollcall", waiting, "service", "sweep")):
            yield f"{name}: no alarm on {waiting}"
        target = queue.get("RedrivePolicy", {}).get("deadLetterTargetArn", {}).get("Fn::GetAtt", [None])[0]
        letters = of_type(facts, "AWS::SQS::Queue").get(target, {})
        yield from expect(f"{name}: dead letters", letters.get("QueueName"), {"Fn::Sub": text + "-dead-letters"})


def dead_letters_are_collected(facts):
    """By the one function that may delete them; whoever collects must reach every queue in which they lie."""
    dead = {name for name, queue in of_type(facts, "AWS::SQS::Queue").items() if queue["QueueName"]["Fn::Sub"].endswith("-dead-letters")}
    collected = set()
    for name, _, statement in statements(facts):
        if "sqs:DeleteMessage" not in listed(statement["Action"]):
            continue
        named_there = {one["Fn::GetAtt"][0] for one in listed(statement["Resource"]) if isinstance(one, dict) and "Fn::GetAtt" in one}
        if name == "LettersFunctionRole":
            collected |= named_there & dead
        elif named_there & dead:
            yield f"{name}: may delete dead letters"
    if dead - collected:
        yield f"nobody collects {', '.join(sorted(dead - collected))}"
    variables = of_type(facts, "AWS::Lambda::Function").get("LettersFunction", {}).get("Environment", {}).get("Variables", {})
    told = {value["Ref"] for name, value in variables.items() if name.startswith("ROLLCALL_DEAD_LETTERS_")}
    if dead - told:
        yield f"the collector is not told of {', '.join(sorted(dead - told))}"
    timeout = of_type(facts, "AWS::Lambda::Function").get("LettersFunction", {}).get("Timeout", 0)
    if timeout < facts.topology["bounds"]["letters_seconds"] + 15:
        yield f"LettersFunction: cut off after {timeout} s"


def every_function_is_watched(facts):
    groups = of_type(facts, "AWS::Logs::LogGroup")
    for name, function in of_type(facts, "AWS::Lambda::Function").items():
        for metric in ("Errors", "Throttles"):
            if not any(alarms(facts, "AWS/Lambda", metric, "FunctionName", {"Ref": name})):
                yield f"{name}: no alarm on {metric}"
        group = groups.get(function.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref"), {})
        if "RetentionInDays" not in group:
            yield f"{name}: its log is kept for ever"
        yield from expect(f"{name}: tracing", function.get("TracingConfig"), {"Mode": "Active"})
        yield from expect(f"{name}: handler", function.get("Handler"), "bootstrap")


def what_must_be_noticed_has_an_alarm(facts):
    found = set()
    for alarm in of_type(facts, "AWS::CloudWatch::Alarm").values():
        found.add(alarm.get("MetricName"))
        found |= {one["MetricStat"]["Metric"]["MetricName"] for one in alarm.get("Metrics", []) if "MetricStat" in one}
    for metric in ("IteratorAge", "ledger_unaccounted", "messages_parked", "letters_waiting_outcomes", "double_dials", "callbacks_overdue",
                   "escalations_unaccepted", "days_unbalanced", "days_differing",
                   "CallsBreachingConcurrencyQuota", "Invocations", "dialing_stopped"):
        if metric not in found:
            yield f"no alarm on {metric}"


def statements(facts):
    """(where, statement) of every policy, inline, managed or on a resource."""
    for name, resource in facts.stack["Resources"].items():
        properties = resource.get("Properties", {})
        documents = [properties[key] for key in ("PolicyDocument", "KeyPolicy") if key in properties]
        documents += [one["PolicyDocument"] for one in properties.get("Policies", []) if isinstance(one, dict) and "PolicyDocument" in one]
        for document in documents:
            for statement in document["Statement"]:
                yield name, resource["Type"], statement


def listed(value):
    return value if isinstance(value, list) else [value]


def roles_may_do_no_more_than_they_need(facts):
    for name, kind, statement in statements(facts):
        if statement["Effect"] != "Allow":
            continue
        actions = listed(statement["Action"])
        # In a key's policy "*" means that key (KMS Developer Guide); its account keeps the power over it.
        if kind == "AWS::KMS::Key":
            continue
        for action in actions:
            if "*" in action:
                yield f"{name}: action {action}"
            service, _, verb = action.partition(":")
            if facts.actions and verb.lower() not in facts.actions.get(service, set()):
                yield f"{name}: no such action as {action}"
        if "*" in listed(statement.get("Resource", [])) and not set(actions) <= UNNAMED:
            yield f"{name}: {', '.join(actions)} on every resource"
    for name, role in of_type(facts, "AWS::IAM::Role").items():
        for managed in role.get("ManagedPolicyArns", []):
            if not (isinstance(managed, dict) and "Ref" in managed):
                yield f"{name}: a policy that others write"
    for name, function in of_type(facts, "AWS::Lambda::Function").items():
        yield from expect(f"{name}: role", function.get("Role"), att(name + "Role"))


def only_an_erasure_deletes_calls_and_lists(facts):
    """Deleting for good what is known of calls, and a list before its time, is one function's right."""
    kept = {att(name)["Fn::GetAtt"][0] for name in ("Attempts", "Callbacks", "Checks", "Letters")}
    for name, _, statement in statements(facts):
        if statement["Effect"] != "Allow" or name == "ErasuresFunctionRole":
            continue
        actions = listed(statement["Action"])
        if {"s3:DeleteObject", "s3:DeleteObjectVersion"} & set(actions):
            yield f"{name}: may delete lists"
        there = {one["Fn::GetAtt"][0] for one in listed(statement.get("Resource", [])) if isinstance(one, dict) and "Fn::GetAtt" in one}
        if "dynamodb:DeleteItem" in actions and there & kept:
            yield f"{name}: may delete what is known of calls"


def only_the_dialer_may_call(facts):
    for name, _, statement in statements(facts):
        if "connect:StartOutboundVoiceContact" in listed(statement["Action"]) and name != "DialerRole":
            yield f"{name}: may start calls"


def tables_are_those_of_the_code(facts):
    found = {}
    for name, table in of_type(facts, "AWS::DynamoDB::Table").items():
        kinds = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
        schemas = [table["KeySchema"], *(one["KeySchema"] for one in table.get("GlobalSecondaryIndexes", []))]
        unused = set(kinds) - {one["AttributeName"] for schema in schemas for one in schema}
        definition = {
            "keys": keys(table["KeySchema"], kinds),
            "indexes": {one["IndexName"]: keys(one["KeySchema"], kinds) for one in table.get("GlobalSecondaryIndexes", [])},
            "expires": table.get("TimeToLiveSpecification", {}).get("AttributeName"),
        }
        if unused:
            yield f"{name}: attributes without use: {', '.join(sorted(unused))}"
        found[table["TableName"]["Fn::Sub"].removeprefix(PREFIX)] = definition
        for one in table.get("GlobalSecondaryIndexes", []):
            yield from expect(f"{name}: projection", one["Projection"], {"ProjectionType": "KEYS_ONLY"})
        yield from expect(f"{name}: billing", table.get("BillingMode"), "PAY_PER_REQUEST")
        yield from expect(f"{name}: protection", table.get("DeletionProtectionEnabled"), True)
        yield from expect(f"{name}: recovery", table.get("PointInTimeRecoverySpecification"), {"PointInTimeRecoveryEnabled": True})
        yield from expect(f"{name}: encryption", table.get("SSESpecification"), {"SSEEnabled": True})
    for name, wanted in facts.tables.items():
        yield from expect(f"table {name}", found.pop(name, None), wanted)
    if found:
        yield f"tables that the code does not know: {', '.join(found)}"


def keys(schema, kinds):
    return [(one["AttributeName"], kinds.get(one["AttributeName"])) for one in schema]


def what_people_made_outlives_the_stack(facts):
    for name, one in facts.stack["Resources"].items():
        if one["Type"] in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool"):
            if (one.get("DeletionPolicy"), one.get("UpdateReplacePolicy")) != ("Retain", "Retain"):
                yield f"{name}: would be deleted with the stack"


def both_spellings_of_csv_are_told_of(facts):
    uploads = of_type(facts, "AWS::S3::Bucket").get("Uploads", {})
    rules = uploads.get("NotificationConfiguration", {}).get("QueueConfigurations", [])
    found = sorted(rule["Value"] for one in rules for rule in one["Filter"]["S3Key"]["Rules"])
    yield from expect("suffixes", found, [".CSV", ".csv"])


def lists_go_when_the_policy_says(facts):
    """What expires in a bucket with versions becomes a former version, and goes a day later."""
    uploads = of_type(facts, "AWS::S3::Bucket").get("Uploads", {})
    rules = uploads.get("LifecycleConfiguration", {}).get("Rules", [])
    of_all = [rule for rule in rules if "Prefix" not in rule]
    yield from expect("rules for all lists", len(of_all), 1)
    for rule in of_all:
        yield from expect("lists: status", rule.get("Status"), "Enabled")
        yield from expect("lists: days", rule.get("ExpirationInDays"), facts.retention["lists_days"])
        yield from expect("lists: former versions", rule.get("NoncurrentVersionExpiration"), {"NoncurrentDays": 1})


def the_policy_is_that_of_the_code(facts):
    parameters = facts.stack["Parameters"]
    for name, value in facts.policy.items():
        parameter = parameters.get("".join(part.capitalize() for part in name.split("_")))
        if parameter is not None:
            yield from expect(f"policy {name}", int(parameter["Default"]), value)
    variables = {}
    for function in of_type(facts, "AWS::Lambda::Function").values():
        variables |= function["Environment"]["Variables"]
    known = set(facts.policy) | {"window", "holidays", "timezone", "region", "retention"}
    for name in variables:
        if name.startswith("ROLLCALL_POLICY_") and name.removeprefix("ROLLCALL_POLICY_").lower() not in known:
            yield f"{name}: no such setting"


def sign_in_is_closed(facts):
    groups = sorted(one["GroupName"] for one in of_type(facts, "AWS::Cognito::UserPoolGroup").values())
    yield from expect("groups", groups, ["Agents", "Operators", "Uploaders"])
    for name, pool in of_type(facts, "AWS::Cognito::UserPool").items():
        yield from expect(f"{name}: sign-up", pool.get("AdminCreateUserConfig"), {"AllowAdminCreateUserOnly": True})
    for name, client in of_type(facts, "AWS::Cognito::UserPoolClient").items():
        yield from expect(f"{name}: flows", client.get("AllowedOAuthFlows"), ["code"])
        yield from expect(f"{name}: secret", client.get("GenerateSecret"), False)
        for address in client.get("CallbackURLs", []):
            if "*" in json.dumps(address) or not json.dumps(address).count("/signed-in"):
                yield f"{name}: returns to {address}"
    for name, function in of_type(facts, "AWS::Lambda::Function").items():
        variables = function["Environment"]["Variables"]
        if name == "Api" and ("${People}" not in json.dumps(variables.get("ROLLCALL_OIDC_ISSUER")) or variables.get("ROLLCALL_OIDC_CLIENT_ID") != {"Ref": "Portal"}):
            yield f"{name}: takes tokens of others"


def the_portal_is_reached_one_way(facts):
    """Each route leads to the function that asks for a token (or API Gateway does), for nobody else's pages, and
    leaves no trace of people."""
    apis = of_type(facts, "AWS::ApiGatewayV2::Api")
    yield from expect("gateways", list(apis), ["Gateway"])
    for name, api in apis.items():
        yield from expect(f"{name}: protocol", api.get("ProtocolType"), "HTTP")
        for setting in ("CorsConfiguration", "Target", "RouteKey", "CredentialsArn"):
            if setting in api:
                yield f"{name}: {setting}"
    integrations = of_type(facts, "AWS::ApiGatewayV2::Integration")
    for name, one in integrations.items():
        yield from expect(f"{name}: payload", one.get("PayloadFormatVersion"), "2.0")
        yield from expect(f"{name}: kind", one.get("IntegrationType"), "AWS_PROXY")
        if "${Api.Arn}" not in json.dumps(one.get("IntegrationUri")):
            yield f"{name}: leads elsewhere than to the function that knows who may do what"
    for name, one in of_type(facts, "AWS::ApiGatewayV2::Route").items():
        targets = re.findall(r"integrations/\$\{(\w+)\}", json.dumps(one.get("Target")))
        if not targets or not set(targets) <= set(integrations):
            yield f"{name}: leads nowhere"
        yield from expect(f"{name}: path", one.get("RouteKey"), "$default")
    stages = of_type(facts, "AWS::ApiGatewayV2::Stage")
    yield from expect("stages", [one.get("StageName") for one in stages.values()], ["$default"])
    for name, one in stages.items():
        limits = one.get("DefaultRouteSettings", {})
        if not limits.get("ThrottlingRateLimit") or not limits.get("ThrottlingBurstLimit"):
            yield f"{name}: no limit"
        log = one.get("AccessLogSettings", {})
        if not log.get("DestinationArn"):
            yield f"{name}: no log"
        for found in re.findall(r"\$context\.([\w.]+)", log.get("Format", "")):
            if found not in ACCESS_LOG:
                yield f"{name}: the log holds {found}"
    for name, one in of_type(facts, "AWS::Lambda::Permission").items():
        if one.get("Principal") == "apigateway.amazonaws.com":
            yield from expect(f"{name}: whom", one.get("FunctionName"), {"Ref": "Api"})
            if "${Gateway}/" not in json.dumps(one.get("SourceArn")):
                yield f"{name}: for any gateway"
    uploads = of_type(facts, "AWS::S3::Bucket").get("Uploads", {})
    for rule in uploads.get("CorsConfiguration", {}).get("CorsRules", []):
        yield from expect("lists are sent by", rule.get("AllowedMethods"), ["POST"])
        if "*" in json.dumps(rule.get("AllowedOrigins")):
            yield "lists are sent from any page"
    if not any(alarms(facts, "AWS/ApiGateway", "5xx", "ApiId", {"Ref": "Gateway"})):
        yield "no alarm on 5xx of the gateway"


def flows_are_flows(facts):
    """Enough to catch a broken rendering; the simulated Connect checks and runs the flows themselves."""
    for name, one in facts.connect["Resources"].items():
        if one["Type"] != "AWS::Connect::ContactFlow":
            continue
        text, given = one["Properties"]["Content"]["Fn::Sub"]
        try:
            flow = json.loads(text)
        except ValueError as error:
            yield f"{name}: not JSON: {error}"
            continue
        actions = {action["Identifier"]: action for action in flow["Actions"]}
        yield from expect(f"{name}: version", flow.get("Version"), "2019-10-30")
        targets = {flow.get("StartAction")}
        for action in actions.values():
            transitions = action["Transitions"]
            branches = transitions.get("Errors", []) + transitions.get("Conditions", [])
            targets |= {one.get("NextAction") for one in [transitions, *branches] if one}
        for target in sorted(targets - set(actions), key=str):
            yield f"{name}: leads to {target}, which is not there"
        for placeholder in set(re.findall(r"\$\{(\w+)\}", text)):
            if placeholder not in given and placeholder not in facts.connect["Parameters"]:
                yield f"{name}: nothing is given for {placeholder}"


def connect_binds_both_ends(facts):
    kinds = {}
    for one in facts.connect["Resources"].values():
        kinds.setdefault(one["Type"], one["Properties"])
    yield from expect("records", kinds.get("AWS::Connect::InstanceStorageConfig", {}).get("ResourceType"), "CONTACT_TRACE_RECORDS")
    yield from expect("association", kinds.get("AWS::Connect::IntegrationAssociation", {}).get("IntegrationArn"), {"Ref": "KeyPressArn"})
    yield from expect("permission", kinds.get("AWS::Lambda::Permission", {}).get("Principal"), "connect.amazonaws.com")
    for output in ("ConnectInstanceId", "ConnectFlowId", "ConnectQueueId", "SourcePhoneNumber"):
        if output not in facts.connect["Outputs"] or output not in facts.stack["Parameters"]:
            yield f"{output}: not handed from connect.yaml to template.yaml"
    for output in ("OutcomesStreamArn", "KeyPressArn"):
        if output not in facts.stack["Outputs"] or output not in facts.connect["Parameters"]:
            yield f"{output}: not handed from template.yaml to connect.yaml"


ALL = [value for name, value in list(globals().items()) if callable(value) and getattr(value, "__code__", None)
       and value.__code__.co_varnames[:value.__code__.co_argcount] == ("facts",) and name not in ("sources", "statements")]


def faults(facts):
    return [f"{check.__name__.replace('_', ' ')}: {fault}" for check in ALL for fault in check(facts)]


if __name__ == "__main__":
    translated, connect, actions = sys.argv[1:]
    texts = [Path(path).read_text(encoding="utf-8") for path in (translated, connect)]
    found = faults(reading.read(*texts, actions))
    if found:
        sys.exit("\n".join(found))
    print(f"{len(ALL)} assertions hold")
