"""A web ACL logs the requests it saw.

## Why it matters
After an attack the log tells what was tried, from where, and what was let through. Sampled requests are kept for three hours only.

## Passes when
The web ACL has a logging configuration of the account's own. One that filters requests out counts, and is told. A web ACL before
nothing that leads to tables is left out.

## How to fix
- Console: WAF & Shield, Web ACLs, the web ACL, Logging and metrics, Enable.
- CLI: `aws wafv2 put-logging-configuration --logging-configuration ResourceArn=ACL,LogDestinationConfigs=ARN`; the destination's name
  must begin with `aws-waf-logs-`.
- Terraform: `aws_wafv2_web_acl_logging_configuration`.
- CloudFormation: `AWS::WAFv2::LoggingConfiguration`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.edge import WebAcl
from dynasec.semantics.web_acl_binding import guarded

check = Check(
    subject=WebAcl,
    title="Web ACLs log",
    severity=Severity.LOW,
    reads=(
        "wafv2:ListLoggingConfigurations",
        "wafv2:ListResourcesForWebACL",
        "cloudfront:ListDistributions",
    ),
    frameworks=(
        "nist-800-53-r5:AU-12",
        "pci-dss-4.0.1:10.2.1",
        "source-post:ddos-and-application-level-threats",
    ),
)


@check.evaluator
def evaluate(acl: WebAcl, context: Context) -> Verdict:
    """Judge the configuration of a web ACL that guards something."""
    if not guarded(acl, context.snapshot):
        return Verdict.not_applicable("the web ACL stands before nothing that leads to tables")
    logging = acl.logging.known()
    if logging is None or not logging.destinations:
        return Verdict.failed("the web ACL logs nothing")
    where = ", ".join(arn.rpartition(":")[2] for arn in logging.destinations)
    some = "some requests" if logging.filtered else "requests"
    return Verdict.passed(f"{some} are logged to {where}", destinations=list(logging.destinations))
