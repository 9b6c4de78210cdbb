"""A web ACL stands before each public front door.

## Why it matters
What reaches a table comes in by a front door first: an injection into a filter expression, a script that tries keys, a flood that
eats the table's capacity. DynamoDB itself cannot have a web application firewall; whatever serves the application can.

## Passes when
The public application load balancer, REST API stage, AppSync API, Cognito user pool or CloudFront distribution is associated with a
WAFv2 web ACL. One of WAF Classic does not count. Whether the ACL's rules are worth anything is `web-acl-owasp-rules`' question. AWS
WAF cannot stand before network and classic load balancers, HTTP and WebSocket APIs. A load balancer that lets nobody in but a
distribution with a web ACL fails nevertheless: that cannot be seen from here, so suppress it.

## How to fix
- Console: WAF & Shield, Web ACLs, the web ACL, Associated AWS resources, Add.
- CLI: `aws wafv2 associate-web-acl --web-acl-arn ACL --resource-arn ARN`; a distribution takes the ARN as `WebACLId` in
  `aws cloudfront update-distribution`.
- Terraform: `aws_wafv2_web_acl_association`; `web_acl_id` in `aws_cloudfront_distribution`.
- CloudFormation: `AWS::WAFv2::WebACLAssociation`; `WebACLId` in `AWS::CloudFront::Distribution`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.edge import FrontDoor
from dynasec.semantics.web_acl_binding import GUARDABLE, acl_of, is_classic

check = Check(
    subject=FrontDoor,
    title="Public front doors have a web ACL",
    severity=Severity.HIGH,
    reads=("wafv2:ListWebACLs", "wafv2:ListResourcesForWebACL"),
    frameworks=(
        "nist-800-53-r5:SC-5",
        "nist-800-53-r5:SC-7",
        "pci-dss-4.0.1:6.4.2",
        "source-post:ddos-and-application-level-threats",
    ),
)


@check.evaluator
def evaluate(door: FrontDoor, context: Context) -> Verdict:
    """Ask the door, or else the web ACLs of its Region."""
    if door.kind not in GUARDABLE:
        return Verdict.not_applicable(f"AWS WAF cannot stand before a {door.kind}")
    if not door.public:
        return Verdict.not_applicable(f"the {door.kind} is not public")
    acl = acl_of(door, context.snapshot)
    if acl is None:
        return Verdict.failed(f"the {door.kind} is public and has no web ACL", kind=door.kind.value)
    if is_classic(acl):
        return Verdict.failed(f"the {door.kind} has a web ACL of WAF Classic only", web_acl=acl)
    return Verdict.passed(
        f"web ACL {acl.rpartition('/webacl/')[2].partition('/')[0]} stands before it", web_acl=acl
    )
