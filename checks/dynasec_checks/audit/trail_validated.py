"""A trail's log files can be proven to be unchanged.

## Why it matters
Whoever can write to the bucket can delete the lines about himself. With validation on, CloudTrail signs a digest of every hour's files, so
that a changed, deleted or forged one shows. It proves nothing about the hours before it was switched on.

## Passes when
Log file validation is on. That digests really arrive is judged by `trail-delivers`.

## How to fix
- Console: CloudTrail, Trails, the trail, General details, Edit, Additional settings, Log file validation.
- CLI: `aws cloudtrail update-trail --name NAME --enable-log-file-validation`
- Terraform: `enable_log_file_validation = true` in `aws_cloudtrail`.
- CloudFormation: `EnableLogFileValidation: true` in `AWS::CloudTrail::Trail`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.trail import Trail

check = Check(
    subject=Trail,
    title="The trail's log files are validated",
    severity=Severity.MEDIUM,
    regional=False,
    frameworks=(
        "aws-fsbp:CloudTrail.4",
        "cis-aws-3.0:3.2",
        "nist-800-53-r5:AU-9",
        "hipaa-164:312(c)(1)",
        "source-post:fine-grained-audits",
    ),
)


@check.evaluator
def evaluate(trail: Trail, _: Context) -> Verdict:
    """Judge the switch; CloudTrail always says how it stands."""
    match trail.description.log_file_validation_enabled:
        case None:
            problem = f"nothing is said of LogFileValidationEnabled of {trail.description.name}"
            raise Unknown(malformed("cloudtrail:DescribeTrails", problem, trail.region))
        case True:
            return Verdict.passed("log file validation is on")
        case False:
            return Verdict.failed("log file validation is off")
