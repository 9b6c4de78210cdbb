"""Somebody hears when a table is changed, deleted or opened to others.

## Why it matters
The call that deletes a table or writes its policy takes a second. Whoever reads of it next morning in the trail can only count the loss.

## Passes when
UpdateTable, DeleteTable and PutResourcePolicy, tried out as samples, each match an enabled rule of this Region's default event bus that is
proven to deliver: to a topic that lets EventBridge publish and has a confirmed subscription without a filter policy, to a function
that lets this rule invoke it, or to a queue. A trail that is logging must take in DynamoDB's writing management events here, for only
a trail puts them on the bus. Where rules ask for the parameters of a call, every table of the Region is tried. Other kinds of targets
and those of other accounts cannot be followed: then the answer is unknown.

## How to fix
- Console: EventBridge, Rules, Create rule, Event source AWS services, DynamoDB, Event type AWS API Call via CloudTrail, Target SNS topic.
- CLI: `aws events put-rule --name table-changes --event-pattern
  '{"source":["aws.dynamodb"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventSource":["dynamodb.amazonaws.com"]}}'`, then
  `aws events put-targets`, and a statement in the topic's policy that allows `events.amazonaws.com` to `sns:Publish`.
- Terraform: `aws_cloudwatch_event_rule`, `aws_cloudwatch_event_target`, `aws_sns_topic_policy`.
- CloudFormation: `AWS::Events::Rule` with `Targets`, `AWS::SNS::TopicPolicy`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown
from dynasec.model.region import Region
from dynasec.semantics.alert_delivery import AlertWiring
from dynasec.semantics.call_events import changes, table_changes_logged
from dynasec.semantics.delivery import Delivery, Outcome, chain

check = Check(
    subject=Region,
    title="Changes of tables reach somebody",
    severity=Severity.MEDIUM,
    reads=(
        "events:ListRules",
        "events:ListTargetsByRule",
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:GetSubscriptionAttributes",
        "lambda:GetFunctionConfiguration",
        "lambda:GetFunctionConcurrency",
        "lambda:GetPolicy",
        "sqs:GetQueueUrl",
        "sqs:GetQueueAttributes",
        "kms:DescribeKey",
        "kms:ListKeyPolicies",
        "kms:GetKeyPolicy",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
    ),
    frameworks=("nist-800-53-r5:SI-4", "nist-800-53-r5:CM-3", "source-post:detective-controls"),
)


@check.evaluator
def evaluate(region: Region, context: Context) -> Verdict:
    """Try samples on the Region's rules and follow those that match."""
    wiring = AlertWiring(region.detection, context.snapshot.key)
    logged = table_changes_logged(context.snapshot.trails, region.region)
    tables = [table.name for table in region.tables.complete()]
    samples = changes(
        region.detection.rules.items, tables, account=context.snapshot.account.id, region=region.region
    )
    heard: dict[str, Delivery] = {call: chain((wiring.delivery(event), logged)) for call, event in samples}
    deaf = {call: found.reason for call, found in heard.items() if found.outcome is Outcome.BROKEN}
    if deaf:
        reasons = "; ".join(dict.fromkeys(deaf.values()))
        some = ", ".join(list(deaf)[:3]) + (f" and {len(deaf) - 3} more" if len(deaf) > 3 else "")  # noqa: PLR2004 - enough to see
        return Verdict.failed(f"nobody hears of {some}: {reasons}", unheard=deaf)
    gaps = tuple(dict.fromkeys(gap for found in heard.values() for gap in found.gaps))
    if gaps:
        raise Unknown(*gaps)
    return Verdict.passed(
        "; ".join(dict.fromkeys(found.reason for found in heard.values())), heard=list(heard)
    )
