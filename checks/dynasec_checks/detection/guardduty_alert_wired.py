"""Somebody hears of grave GuardDuty findings.

## Why it matters
A finding that nobody is told of waits in a console while the thief copies the table. Rules fail silently: a pattern with a space too
many, a disabled rule, a topic that does not let EventBridge in, a subscription that nobody confirmed.

## Passes when
Findings of high and critical severity about stolen credentials, tried out as samples, each match an enabled rule of this Region's default
event bus that is proven to deliver: to a topic that lets EventBridge publish, whose key does too, and that has a confirmed subscription
without a filter policy; to a function that lets this rule invoke it and can run; or to a queue that lets EventBridge send. No filter of
GuardDuty's may archive them. Other kinds of targets and those of other accounts cannot be followed: then the answer is UNKNOWN, as it is
where GuardDuty's administrator is another account that may be told instead.

## How to fix
- Console: EventBridge, Rules, Create rule, Event source GuardDuty, Event type GuardDuty Finding, Target SNS topic; then confirm the
  subscription.
- CLI: `aws events put-rule --name guardduty-findings --event-pattern
  '{"source":["aws.guardduty"],"detail-type":["GuardDuty Finding"],"detail":{"severity":[{"numeric":[">=",4]}]}}'`,
  `aws events put-targets`, and a statement in the topic's policy that allows `events.amazonaws.com` to `sns:Publish`.
- Terraform: `aws_cloudwatch_event_rule`, `aws_cloudwatch_event_target`, `aws_sns_topic_policy`.
- CloudFormation: `AWS::Events::Rule` with `Targets`, `AWS::SNS::TopicPolicy`.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.detection import Detector
from dynasec.model.fact import Gap, Unknown
from dynasec.model.region import Region
from dynasec.semantics.alert_delivery import AlertWiring
from dynasec.semantics.delivery import Delivery, Outcome, attempt, chain
from dynasec.semantics.finding_suppression import unsuppressed
from dynasec.semantics.grave_findings import grave_findings

check = Check(
    subject=Region,
    title="Grave GuardDuty findings reach somebody",
    severity=Severity.HIGH,
    reads=(
        "guardduty:ListDetectors",
        "guardduty:GetDetector",
        "guardduty:GetAdministratorAccount",
        "guardduty:ListFilters",
        "guardduty:GetFilter",
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
    ),
    frameworks=("nist-800-53-r5:SI-4", "pci-dss-4.0.1:11.5.1", "source-post:detective-controls"),
)


@check.evaluator
def evaluate(region: Region, context: Context) -> Verdict:
    """Try samples on the Region's rules and follow those that match."""
    detectors = region.detection.detectors.complete()
    detector = next((one for one in detectors if one.description.known().status == "ENABLED"), None)
    if detector is None:
        return Verdict.not_applicable("GuardDuty is off here: see guardduty-enabled")
    wiring = AlertWiring(region.detection, context.snapshot.key)
    heard: dict[str, Delivery] = {}
    for event in grave_findings(account=context.snapshot.account.id, region=region.region):
        links = (wiring.delivery(event), attempt(partial(_passes_filters, detector, event)))
        heard[event["detail"]["type"]] = chain(links)
    deaf = {kind: found.reason for kind, found in heard.items() if found.outcome is Outcome.BROKEN}
    if deaf:
        _ask_administrator(detector)
        reasons = "; ".join(dict.fromkeys(deaf.values()))
        return Verdict.failed(f"nobody hears of {', '.join(deaf)}: {reasons}", unheard=deaf)
    gaps = tuple(dict.fromkeys(gap for found in heard.values() for gap in found.gaps))
    if gaps:
        raise Unknown(*gaps)
    return Verdict.passed(
        "; ".join(dict.fromkeys(found.reason for found in heard.values())), heard=list(heard)
    )


def _passes_filters(detector: Detector, event: Mapping[str, Any]) -> Delivery:
    return unsuppressed(detector.filters.complete(), event, detector.region)


def _ask_administrator(detector: Detector) -> None:
    """Raise Unknown where another account receives the findings too: its rules cannot be seen from here."""
    administrator = detector.administrator.known()
    if administrator is not None and administrator.relationship_status == "Enabled":
        message = (
            f"account {administrator.account_id} administers GuardDuty here, and may be the one that is told"
        )
        raise Unknown(Gap("guardduty:GetAdministratorAccount", "NotVerifiable", message, detector.region))
