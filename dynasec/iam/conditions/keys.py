"""Which condition keys hold one value at most, so that two different values contradict each other.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

_ONE_VALUE = (
    "aws:CurrentTime",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:Ec2InstanceSourceVpc",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgMasterAccount",
    "aws:PrincipalServiceName",
    "aws:PrincipalType",
    "aws:referer",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:userid",
    "aws:username",
    "aws:ViaAWSService",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpcSourceIp",
    "dynamodb:EnclosingOperation",
    "dynamodb:FullTableScan",
    "dynamodb:ReturnConsumedCapacity",
    "dynamodb:ReturnValues",
    "dynamodb:Select",
    "kms:CallerAccount",
    "kms:GrantIsForAWSResource",
    "kms:ViaService",
    "sts:ExternalId",
    "sts:RoleSessionName",
    "cognito-identity.amazonaws.com:sub",
)
_SEVERAL_VALUES = (
    "aws:CalledVia",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceNamesList",
    "aws:ResourceOrgPaths",
    "aws:SourceOrgPaths",
    "aws:TagKeys",
    "aws:VpceOrgPaths",
    "dynamodb:Attributes",
    "dynamodb:FirstPartitionKeyValues",
    "dynamodb:FourthPartitionKeyValues",
    "dynamodb:LeadingKeys",
    "dynamodb:SecondPartitionKeyValues",
    "dynamodb:ThirdPartitionKeyValues",
    "kms:EncryptionContextKeys",
)
CALLER = "\0caller"
RESOURCE = "\0resource"
"""Keys under which a request's own caller and resource are asked for. No document can spell them: the parser refuses U+0000."""

_SINGLE = frozenset(name.lower() for name in (*_ONE_VALUE, CALLER, RESOURCE))
_SPELLED = {name.lower(): name for name in (*_ONE_VALUE, *_SEVERAL_VALUES)}
_FAMILIES = {
    "aws:principaltag/": "aws:PrincipalTag/",
    "aws:resourcetag/": "aws:ResourceTag/",
    "aws:requesttag/": "aws:RequestTag/",
}
_SINGLE_FAMILIES = (
    "aws:principaltag/",
    "aws:resourcetag/",
    "aws:requesttag/",
    "dynamodb:resourcetag/",
    "kms:encryptioncontext:",
)


OF_THE_KEY = "\0its key: "
"""Stands before keys that have another value in the call to KMS than in the call to the table; no document can spell it either."""


def single_valued(key: str) -> bool:
    """Whether a key (any case) surely holds one value at most; False for keys this module does not know."""
    folded = key.lower().removeprefix(OF_THE_KEY)
    return folded in _SINGLE or folded.startswith(_SINGLE_FAMILIES)


def spelled_key(key: str) -> str:
    """Write a key as AWS's documentation does, where it is known."""
    folded = key.lower()
    family, slash, rest = folded.partition("/")
    return _SPELLED.get(folded) or _FAMILIES.get(family + slash, family + slash) + rest
