"""The frameworks that controls are mapped to, and the requirements of each that exist: a wrong map misleads auditors.

Titles are short names for people; the framework's own text is at `source`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework with those of its requirements that bear on DynamoDB and what surrounds it, id to short name."""

    title: str
    source: str
    requirements: Mapping[str, str]


FRAMEWORKS: Final[Mapping[str, Framework]] = {
    "aws-fsbp": Framework(
        "AWS Foundational Security Best Practices",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html",
        {
            "CloudTrail.1": "a multi-Region trail with read and write management events",
            "CloudTrail.2": "CloudTrail encryption at rest",
            "CloudTrail.4": "log file validation",
            "Config.1": "AWS Config enabled",
            "DynamoDB.1": "capacity scales with demand",
            "DynamoDB.2": "point-in-time recovery",
            "DynamoDB.3": "DAX encryption at rest",
            "DynamoDB.4": "in a backup plan",
            "DynamoDB.5": "tables tagged",
            "DynamoDB.6": "deletion protection",
            "DynamoDB.7": "DAX encryption in transit",
            "EC2.6": "VPC flow logging",
            "GuardDuty.1": "GuardDuty enabled",
            "IAM.3": "access keys rotated every 90 days",
            "IAM.5": "MFA for users with a console password",
            "IAM.21": "no wildcard actions in customer managed policies",
            "KMS.3": "keys not deleted unintentionally",
            "KMS.4": "key rotation",
        },
    ),
    "cis-aws-3.0": Framework(
        "CIS Amazon Web Services Foundations Benchmark v3.0.0",
        "https://www.cisecurity.org/benchmark/amazon_web_services",
        {
            "1.10": "MFA for users with a console password",
            "1.14": "access keys rotated every 90 days",
            "1.16": "no full administrative privileges attached",
            "1.18": "instance roles for access to resources",
            "3.1": "CloudTrail in all Regions",
            "3.2": "log file validation",
            "3.3": "AWS Config in all Regions",
            "3.5": "CloudTrail logs encrypted with KMS",
            "3.6": "rotation of customer created symmetric keys",
            "3.7": "VPC flow logging in all VPCs",
        },
    ),
    "nist-800-53-r5": Framework(
        "NIST SP 800-53 Revision 5",
        "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
        {
            "AC-2": "account management",
            "AC-3": "access enforcement",
            "AC-4": "information flow enforcement",
            "AC-5": "separation of duties",
            "AC-6": "least privilege",
            "AU-2": "event logging",
            "AU-9": "protection of audit information",
            "AU-12": "audit record generation",
            "CM-3": "configuration change control",
            "CM-6": "configuration settings",
            "CP-9": "system backup",
            "CP-10": "system recovery and reconstitution",
            "IA-2": "identification and authentication of organizational users",
            "IA-5": "authenticator management",
            "RA-2": "security categorization",
            "SC-5": "denial-of-service protection",
            "SC-7": "boundary protection",
            "SC-8": "transmission confidentiality and integrity",
            "SC-12": "cryptographic key establishment and management",
            "SC-28": "protection of information at rest",
            "SI-4": "system monitoring",
        },
    ),
    "pci-dss-4.0.1": Framework(
        "PCI DSS v4.0.1",
        "https://www.pcisecuritystandards.org/document_library/",
        {
            "1.3.1": "inbound traffic to the cardholder data environment restricted",
            "1.4.4": "components that store cardholder data not directly accessible from untrusted networks",
            "3.5.1": "stored PAN unreadable",
            "3.6.1": "keys that protect stored account data are protected",
            "3.7.4": "keys changed at the end of their cryptoperiod",
            "6.4.2": "automated detection and prevention of web-based attacks",
            "7.2.2": "access assigned by job and least privilege",
            "8.4.2": "MFA for all access into the cardholder data environment",
            "10.2.1": "audit logs enabled and active",
            "11.5.1": "intrusion detection and prevention",
        },
    ),
    "hipaa-164": Framework(
        "HIPAA Security Rule, 45 CFR Part 164",
        "https://www.ecfr.gov/current/title-45/subtitle-A/subchapter-C/part-164",
        {
            "312(a)(1)": "access control",
            "312(a)(2)(iv)": "encryption and decryption",
            "312(b)": "audit controls",
            "312(c)(1)": "integrity",
            "312(e)(1)": "transmission security",
        },
    ),
    "source-post": Framework(
        "Applying best practices for securing sensitive data in Amazon DynamoDB",
        "https://aws.amazon.com/blogs/database/applying-best-practices-for-securing-sensitive-data-in-amazon-dynamodb/",
        {
            "data-classification-and-security-zone-modeling": "data classification and security-zone modeling",
            "ddos-and-application-level-threats": "DDoS protection and application-level threats",
            "isolating-networks": "isolating networks",
            "vpc-endpoints": "VPC endpoints",
            "swim-lane-isolation": "swim-lane isolation",
            "iam-and-least-privilege": "identity and access management",
            "encryption-at-rest": "encryption at rest",
            "encryption-in-transit": "encryption in transit",
            "client-side-encryption": "client-side encryption",
            "tokenization": "tokenization",
            "detective-controls": "detective controls",
            "configuration-drift": "configuration drift",
            "fine-grained-audits": "fine-grained audits",
        },
    ),
}


def exists(reference: str) -> bool:
    """Whether `framework:requirement` names something that exists."""
    name, _, requirement = reference.partition(":")
    return name in FRAMEWORKS and requirement in FRAMEWORKS[name].requirements
