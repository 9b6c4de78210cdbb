"""The hands on the emulator: what the same client was used for before makes no difference."""

from __future__ import annotations

import json

import boto3
import pytest

from dynasec.remedy.applying.hands import AwsHands
from tests.support.emulated import collect_emulated, emulated_clients

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("spaces", ["", "\n  "])
def test_iam_documents_are_read_as_documents(spaces: str) -> None:
    iam = boto3.client("iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(DOCUMENT))
    iam.put_role_policy(RoleName="app", PolicyName="read", PolicyDocument=spaces + json.dumps(DOCUMENT))
    collect_emulated({"iam:GetAccountAuthorizationDetails"})
    hands = AwsHands(emulated_clients())
    params = {"RoleName": "app", "PolicyName": "read"}
    assert hands.read("iam:GetRolePolicy", params, "us-east-1")["PolicyDocument"] == DOCUMENT
