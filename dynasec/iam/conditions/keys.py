"""Which condition keys hold one value at most, so that two different values contradict each other.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

_SINGLE = frozenset(
    {
        "aws:currenttime",
        "aws:ec2instancesourceprivateipv4",
        "aws:ec2instancesourcevpc",
        "aws:epochtime",
        "aws:federatedprovider",
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalorgid",
        "aws:principalorgmasteraccount",
        "aws:principalservicename",
        "aws:principaltype",
        "aws:referer",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:securetransport",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceidentity",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:sourcevpce",
        "aws:tokenissuetime",
        "aws:useragent",
        "aws:userid",
        "aws:username",
        "aws:viaawsservice",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpcsourceip",
        "caller",
        "dynamodb:enclosingoperation",
        "dynamodb:fulltablescan",
        "dynamodb:returnconsumedcapacity",
        "dynamodb:returnvalues",
        "dynamodb:select",
        "kms:calleraccount",
        "kms:grantisforawsresource",
        "kms:viaservice",
        "resource",
        "sts:externalid",
        "sts:rolesessionname",
    }
)
_SINGLE_FAMILIES = (
    "aws:principaltag/",
    "aws:resourcetag/",
    "aws:requesttag/",
    "dynamodb:resourcetag/",
    "kms:encryptioncontext:",
)


def single_valued(key: str) -> bool:
    """Whether a key (any case) surely holds one value at most; False for keys this module does not know."""
    folded = key.lower()
    return folded in _SINGLE or folded.startswith(_SINGLE_FAMILIES)
