import boto3
import pytest

from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

ROLE = "arn:aws:iam::123456789012:role/dax"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:audit"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"
KINESIS = "arn:aws:kinesis:us-east-1:123456789012:stream/changes"
FOREIGN = "arn:aws:kinesis:eu-west-1:999999999999:stream/changes"
SEND = "dynamodb:DescribeKinesisStreamingDestination"
SUMMARY = "kinesis:DescribeStreamSummary"

DAX = ("dax:DescribeClusters", "dax:DescribeSubnetGroups")
SCALING = (
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
)


def cluster(name="cache", group="private"):
    return {
        "ClusterName": name,
        "ClusterArn": f"arn:aws:dax:us-east-1:123456789012:cache/{name}",
        "Status": "available",
        "IamRoleArn": ROLE,
        "SubnetGroup": group,
        "SecurityGroups": [{"SecurityGroupIdentifier": "sg-1", "Status": "active"}],
        "SSEDescription": {"Status": "ENABLED"},
        "ClusterEndpointEncryptionType": "TLS",
    }


def group(name="private"):
    subnets = [{"SubnetIdentifier": "subnet-1", "SubnetAvailabilityZone": "us-east-1a"}]
    return {"SubnetGroupName": name, "VpcId": "vpc-1", "Subnets": subnets}


def read(*reads, script=None):
    found, made = collect_emulated(("dynamodb:ListTables", *reads), script=script)
    return found.regions[0].companions, made


def create_table():
    boto3.client("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )


@pytest.mark.usefixtures("aws")
def test_an_emulated_cluster():
    boto3.client("dax").create_cluster(
        ClusterName="cache",
        NodeType="dax.t3.small",
        ReplicationFactor=1,
        IamRoleArn=ROLE,
        SSESpecification={"Enabled": False},
    )
    found, _ = read("dax:DescribeClusters")
    (one,) = found.dax_clusters.complete()
    assert (one.name, one.region, one.description.iam_role_arn) == ("cache", "us-east-1", ROLE)
    assert one.description.sse.status == "DISABLED"
    assert one.subnet_group.gap.code == "NotCollected"


@pytest.mark.usefixtures("aws")
def test_clusters_come_in_order_with_their_network():
    script = {
        "dax:DescribeClusters": {"Clusters": [cluster("z"), cluster("a", "other")]},
        "dax:DescribeSubnetGroups": {"SubnetGroups": [group()]},
    }
    found, made = read(*DAX, script=script)
    other, private = found.dax_clusters.complete()
    assert private.subnet_group.known().subnets[0].subnet_identifier == "subnet-1"
    assert private.description.cluster_endpoint_encryption_type == "TLS"
    assert other.subnet_group.gap.code == "Malformed"
    assert made["dax:DescribeSubnetGroups"] == 1


@pytest.mark.usefixtures("aws")
def test_a_refused_subnet_group_is_a_gap_of_that_fact():
    script = {
        "dax:DescribeClusters": {"Clusters": [cluster()]},
        "dax:DescribeSubnetGroups": AwsError("AccessDeniedException"),
    }
    found, _ = read(*DAX, script=script)
    (one,) = found.dax_clusters.complete()
    assert one.subnet_group.gap.code == "AccessDeniedException"


@pytest.mark.usefixtures("aws")
def test_without_clusters_no_subnet_group_is_asked_for():
    found, made = read(*DAX, script={"dax:DescribeClusters": {"Clusters": []}})
    assert found.dax_clusters.complete() == ()
    assert made["dax:DescribeSubnetGroups"] == 0


@pytest.mark.usefixtures("aws")
def test_refused_listings_are_gaps_and_not_empty():
    refused = AwsError("AccessDeniedException")
    reads = (*DAX, *SCALING, "lambda:ListEventSourceMappings")
    found, _ = read(*reads, script=dict.fromkeys(reads, refused))
    for listing in (
        found.dax_clusters,
        found.scalable_targets,
        found.scaling_policies,
        found.event_source_mappings,
    ):
        assert listing.gap.code == "AccessDeniedException"


@pytest.mark.usefixtures("aws")
def test_autoscaling_of_tables_alone():
    create_table()
    scaling = boto3.client("application-autoscaling")
    where = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/orders",
        "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
    }
    scaling.register_scalable_target(**where, MinCapacity=1, MaxCapacity=9)
    scaling.put_scaling_policy(
        **where,
        PolicyName="track",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 70.0},
    )
    found, _ = read(*SCALING)
    (target,) = found.scalable_targets.complete()
    (policy,) = found.scaling_policies.complete()
    assert (target.resource_id, target.max_capacity) == ("table/orders", 9)
    assert (policy.resource_id, policy.policy_type) == ("table/orders", "TargetTrackingScaling")


@pytest.mark.usefixtures("aws")
def test_consumers_of_streams_with_state_and_failure_destination():
    def mapping(number, source):
        return {
            "UUID": f"00000000-0000-0000-0000-00000000000{number}",
            "EventSourceArn": source,
            "FunctionArn": FUNCTION,
            "State": "Disabled" if number == 2 else "Enabled",
            "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:lost"}},
        }

    kafka = {"UUID": "00000000-0000-0000-0000-000000000004", "FunctionArn": FUNCTION, "State": "Enabled"}
    queue = mapping(3, "arn:aws:sqs:us-east-1:123456789012:q")
    script = {
        "lambda:ListEventSourceMappings": {
            "EventSourceMappings": [mapping(2, KINESIS), queue, kafka, mapping(1, STREAM)]
        }
    }
    found, _ = read("lambda:ListEventSourceMappings", script=script)
    stream, kinesis = found.event_source_mappings.complete()
    assert (stream.event_source_arn, stream.state) == (STREAM, "Enabled")
    assert stream.failure_destination == "arn:aws:sqs:us-east-1:123456789012:lost"
    assert (kinesis.event_source_arn, kinesis.state) == (KINESIS, "Disabled")


def sends_to(*arns):
    destinations = [{"StreamArn": arn, "DestinationStatus": "ACTIVE"} for arn in arns]
    return {"TableName": "orders", "KinesisDataStreamDestinations": destinations}


def summary(arn, **members):
    return {
        "StreamDescriptionSummary": {
            "StreamName": "changes",
            "StreamARN": arn,
            "StreamStatus": "ACTIVE",
            "RetentionPeriodHours": 24,
            "StreamCreationTimestamp": 0,
            "EnhancedMonitoring": [],
            "OpenShardCount": 1,
            **members,
        }
    }


@pytest.mark.usefixtures("aws")
def test_the_streams_that_tables_send_to_with_their_keys():
    create_table()
    encrypted = {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
    script = {
        SEND: sends_to(KINESIS, FOREIGN),
        SUMMARY: lambda sent: (
            AwsError("AccessDeniedException")
            if "999999999999" in str(sent)
            else summary(KINESIS, **encrypted)
        ),
    }
    found, made = collect_emulated(("dynamodb:ListTables", SEND, SUMMARY, "kms:DescribeKey"), script=script)
    companions = found.regions[0].companions
    assert companions.kinesis_stream(KINESIS).known().encryption_type == "KMS"
    assert companions.kinesis_stream(FOREIGN).gap.code == "AccessDeniedException"
    assert companions.kinesis_stream(FOREIGN).gap.region == "eu-west-1"
    assert companions.kinesis_streams.gap is None
    assert made[SUMMARY] == 2
    assert found.key("alias/aws/kinesis", "us-east-1") is not None


@pytest.mark.usefixtures("aws")
def test_unread_destinations_leave_the_streams_incomplete():
    create_table()
    found, _ = read(SEND, SUMMARY, script={SEND: AwsError("AccessDeniedException")})
    assert found.kinesis_streams.gap.operation == SEND


@pytest.mark.usefixtures("aws")
def test_a_stream_whose_arn_is_odd_is_a_gap_of_its_own():
    create_table()
    odd = "x" * 37
    found, _ = read(SEND, SUMMARY, script={SEND: sends_to(odd, KINESIS), SUMMARY: summary(KINESIS)})
    assert found.kinesis_stream(KINESIS).observed
    assert not found.kinesis_stream(odd).observed


@pytest.mark.usefixtures("aws")
def test_nothing_that_was_collected_is_lost_in_json():
    create_table()
    script = {
        "dax:DescribeClusters": {"Clusters": [cluster()]},
        "dax:DescribeSubnetGroups": {"SubnetGroups": [group()]},
        SEND: sends_to(KINESIS),
        SUMMARY: summary(KINESIS),
    }
    found, _ = collect_emulated(("dynamodb:ListTables", *DAX, *SCALING, SEND, SUMMARY), script=script)
    assert type(found).model_validate_json(found.model_dump_json()) == found
