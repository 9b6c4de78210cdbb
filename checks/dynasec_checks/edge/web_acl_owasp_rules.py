"""A web ACL blocks what OWASP's list begins with.

## Why it matters
A web ACL without rules lets everything pass, and one whose groups only count does so too, with statistics. Rules are set to Count
for a trial, and the trial is forgotten.

## Passes when
The web ACL runs AWS's core rule set, known bad inputs, SQL injection and IP reputation groups, from its own rules or from Firewall
Manager's, none of them overridden to Count, none of their rules excluded or overridden to Count or Allow. Where a scope-down
statement keeps requests from a group, or an earlier rule may allow them first, the answer is unknown: what these match, the rules do
not tell. Groups of other vendors are not judged: suppress this control where they do the same. A web ACL before nothing that leads to
tables is left out.

## How to fix
Add a group in Count first, look at its metrics for some days, then let it act.
- Console: WAF & Shield, Web ACLs, the web ACL, Rules, Add managed rule groups, AWS managed rule groups.
- CLI: `aws wafv2 update-web-acl --name NAME --scope REGIONAL --id ID --lock-token TOKEN --rules file://rules.json …`
  replaces all rules.
- Terraform: `managed_rule_group_statement` with `override_action { none {} }` in `aws_wafv2_web_acl`.
- CloudFormation: `ManagedRuleGroupStatement` with `OverrideAction: {None: {}}` in `AWS::WAFv2::WebACL`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.edge import WebAcl
from dynasec.model.fact import Gap, Unknown
from dynasec.semantics.alert_target import NOT_VERIFIABLE
from dynasec.semantics.web_acl_binding import guarded
from dynasec.semantics.web_acl_rules import BASELINE, protection

_GET = "wafv2:GetWebACL"

check = Check(
    subject=WebAcl,
    title="Web ACLs block common attacks",
    severity=Severity.MEDIUM,
    reads=(_GET, "wafv2:ListResourcesForWebACL", "cloudfront:ListDistributions"),
    frameworks=(
        "nist-800-53-r5:SC-7",
        "pci-dss-4.0.1:6.4.2",
        "source-post:ddos-and-application-level-threats",
    ),
)


@check.evaluator
def evaluate(acl: WebAcl, context: Context) -> Verdict:
    """Judge the rules of a web ACL that guards something."""
    doors = guarded(acl, context.snapshot)
    if not doors:
        return Verdict.not_applicable("the web ACL stands before nothing that leads to tables")
    found = acl.rules.map(protection, _GET).known()
    if found.lacking:
        return Verdict.failed("; ".join(found.lacking), lacking=list(found.lacking), guards=len(doors))
    if found.doubts:
        raise Unknown(Gap(_GET, NOT_VERIFIABLE, "; ".join(found.doubts), acl.region))
    return Verdict.passed(f"{len(BASELINE)} groups act on what it guards", guards=len(doors))
