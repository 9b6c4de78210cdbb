"""The wrong answers that naive auditors give: each has a test of its own, by name, here or where its control is tested.

`TESTS` is the list; a test that it names must exist, which a test sees to.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from dynasec.check import Status
from dynasec.model.table import ContinuousBackups, ResourcePolicy
from tests.support.accounts import ACCOUNT, description, region, snapshot, table, verdict
from tests.support.identity import allow, deny, document, identity, role

HERE = "tests/checks/test_wrong_answers.py"
ROOT = Path(__file__).parents[2]
FOREIGNER = {"AWS": "arn:aws:iam::999999999999:root"}
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"

TESTS = {
    "1 an absent SSEDescription is unencrypted": (
        "tests/checks/encryption/test_kms_encrypted.py::test_an_absent_sse_description_is_the_aws_owned_key_and_never_called_unencrypted",
    ),
    "1 SSEType KMS is a customer key": (
        "tests/checks/encryption/test_customer_key.py::test_sse_type_kms_is_no_proof_of_a_customer_key",
        "tests/checks/encryption/test_customer_key.py::test_the_target_of_dynamodbs_own_alias_is_no_customer_key_whatever_its_manager_is_said_to_be",
    ),
    "2 ContinuousBackupsStatus ENABLED is recovery": (
        "tests/unit/collect/test_dynamodb.py::test_point_in_time_recovery_is_read_from_its_own_status",
        "tests/unit/collect/test_dynamodb.py::test_point_in_time_recovery_that_is_not_described_is_a_gap",
    ),
    "2 the recovery period is ignored": (
        f"{HERE}::test_recovery_that_is_on_for_a_day_is_no_long_window",
        "tests/checks/resilience/test_recovery_window.py::test_a_window_that_is_not_told_is_not_taken_for_the_longest",
    ),
    "3 ways to read items are forgotten": (
        f"{HERE}::test_every_way_to_read_items_counts_in_a_principals_policy",
        f"{HERE}::test_every_way_to_read_items_counts_in_a_tables_policy",
        "tests/checks/network/test_table_only_through_endpoint.py::test_every_item_action_counts_partiql_too",
        "tests/checks/encryption/test_tls_enforced.py::test_every_way_to_read_and_write_counts",
    ),
    "3 GetRecords is forgotten": (
        "tests/unit/access/test_rows.py::test_stream_rights_need_the_stream",
        "tests/checks/access/test_stream_policy_no_foreigners.py::test_foreigners_fail",
    ),
    "3 exports and backups are forgotten": (
        f"{HERE}::test_carrying_a_table_away_is_access",
        "tests/iam/test_managed_policies.py::test_backup_service_role_carries_data_away",
        "tests/unit/access/test_rows.py::test_single_backups_that_a_policy_names",
    ),
    "3 DAX is forgotten": (
        "tests/unit/access/test_rows.py::test_whoever_may_use_a_dax_cluster_has_its_roles_rights",
    ),
    "4 ForAllValues of LeadingKeys is trusted": (
        "tests/checks/access/test_fine_grained_sound.py::test_forallvalues_on_leading_keys_is_not_trusted_beside_a_scan",
        "tests/unit/access/test_rows.py::test_leading_keys_without_null_do_not_hold_for_scans",
    ),
    "4 Attributes without Select and ReturnValues is trusted": (
        "tests/checks/access/test_fine_grained_sound.py::test_attributes_without_select_and_return_values_are_not_trusted",
    ),
    "5 an endpoint without route table makes private": (
        "tests/checks/network/test_dynamodb_endpoint_present.py::test_a_gateway_in_no_route_table_serves_nobody",
    ),
    "5 subnets on the main table are missed": (
        "tests/checks/network/test_subnet_path_private.py::test_an_endpoint_in_the_vpc_does_not_help_a_subnet_on_the_main_table",
        "tests/checks/network/test_lane_endpoint_exclusive.py::test_subnets_of_the_main_table_count",
    ),
    "5 an interface endpoint is used because it is there": (
        "tests/checks/network/test_subnet_path_private.py::test_an_interface_endpoint_beside_nat_proves_nothing",
    ),
    "5 a path through NAT or internet gateway is left": (
        "tests/checks/network/test_subnet_path_private.py::test_out_of_the_vpc",
        "tests/unit/semantics/test_network_path.py::test_an_equally_specific_static_route_wins_over_the_prefix_list",
    ),
    "6 the default endpoint policy is compared as text": (
        "tests/checks/network/test_endpoint_policy_restricted.py::test_full_access_in_any_spelling",
        "tests/iam/test_full_access.py::test_split_over_several_statements",
    ),
    "6 table/*/index/* is a scope for items": (
        "tests/checks/network/test_endpoint_policy_workable.py::test_an_index_pattern_is_no_data_plane_scope",
    ),
    "7 one Region of a global table is audited": (
        "tests/checks/resilience/test_replica_settings_equal.py::test_a_replica_outside_the_audited_regions_is_compared_in_both_directions",
        "tests/unit/collect/test_dynamodb.py::test_replicas_elsewhere_are_read_with_their_own_facts",
    ),
    "7 recovery, protection, tags and policies replicate": (
        "tests/checks/resilience/test_replica_settings_equal.py::test_the_weaker_region_is_named_once",
        "tests/checks/encryption/test_replica_keys.py::test_the_class_of_the_keys_must_be_the_same",
    ),
    "8 a trail exists, so items are logged": (
        "tests/checks/audit/test_table_data_events.py::test_a_trail_that_logs_management_events_only_is_not_enough",
        "tests/checks/audit/test_item_changes_audited.py::test_a_trail_exists_is_not_writes_are_logged",
    ),
    "8 IsLogging is ignored": (
        "tests/checks/audit/test_table_data_events.py::test_a_trail_that_is_stopped_logs_nothing",
    ),
    "8 WriteOnly is ignored": (
        "tests/checks/audit/test_table_data_events.py::test_a_trail_of_writes_misses_reads",
    ),
    "8 selectors are ignored": (
        "tests/checks/audit/test_table_data_events.py::test_a_selector_for_another_table_does_not_help",
    ),
    "9 PutEventSelectors without the selectors that are there": (
        "tests/remediations/audit/test_log_data_events.py::test_nothing_that_was_selected_is_dropped",
    ),
    "9 PutResourcePolicy without the statements that are there": (
        "tests/remediations/encryption/test_deny_insecure_transport.py::test_round_trip_with_a_policy_keeps_its_statements",
    ),
    "9 SetTopicAttributes on a topic that has a policy": (
        "tests/remediations/detection/test_wire_guardduty_alert.py::test_a_topic_that_is_configured_is_used_as_it_is",
    ),
    "9 PutConfigRule over a rule that is there": (
        "tests/remediations/drift/test_add_config_rules.py::test_a_rule_that_is_narrowed_stays_and_gets_one_for_all_tables_beside_it",
    ),
    "10 AccessDenied is compliant or absent": (
        "tests/checks/test_contract.py::test_when_a_read_is_denied_nothing_turns_good_or_bad",
        "tests/unit/collect/test_dynamodb.py::test_a_refused_policy_is_not_taken_for_none",
        "tests/unit/collect/test_dynamodb.py::test_refused_tags_are_no_empty_tags",
    ),
    "10 throttling is compliant or absent": (
        "tests/e2e/test_faults.py::test_throttling_beyond_patience_is_a_gap",
        "tests/unit/collect/test_reader.py::test_throttles_and_faults_are_borne_with_patience_and_then_a_gap",
    ),
    "10 unsupported is compliant or absent": (
        "tests/unit/collect/test_failures.py::test_everything_else_is_a_gap_with_the_exceptions_name",
        "tests/unit/collect/test_reader.py::test_an_operation_that_this_botocore_lacks_is_a_gap",
        "tests/unit/collect/test_foreign_answers.py::test_answers_that_aws_cannot_have_given",
    ),
    "11 control policies and boundaries are ignored": (
        "tests/unit/access/test_rows.py::test_service_control_policies_forbid",
        "tests/unit/access/test_rows.py::test_resource_control_policies_bind_foreigners_too",
        "tests/unit/access/test_rows.py::test_a_boundary_that_does_not_allow_denies",
    ),
    "11 the key is ignored": (
        "tests/iam/test_authorize.py::test_whoever_reads_an_encrypted_table_needs_its_key",
        "tests/unit/access/test_rows.py::test_an_unreadable_key_makes_reading_unknown",
    ),
    "11 resource policies are ignored": (
        "tests/unit/access/test_rows.py::test_a_role_that_names_itself_in_no_identity_policy_but_the_tables",
        "tests/checks/access/test_applications_use_roles.py::test_a_tables_own_policy_may_let_the_user_in",
    ),
    "11 grants are ignored": (
        "tests/unit/access/test_rows.py::test_a_grant_of_the_key_suffices",
    ),
    "11 the policy AWS_RAM of a key is ignored": (
        "tests/checks/encryption/test_key_policy_narrow.py::test_the_policy_of_a_shared_key_counts_too",
    ),
    "11 trust is ignored": (
        "tests/unit/access/test_rows.py::test_a_role_that_may_be_assumed",
        "tests/unit/access/test_rows.py::test_a_role_is_not_assumed_without_both_sides",
    ),
    "11 NotAction is ignored": (
        "tests/checks/access/test_no_inverse_allow.py::test_inverse_allows_that_reach_dynamodb_fail",
    ),
    "12 tables that were never tagged are missed": (
        "tests/unit/collect/test_dynamodb.py::test_a_table_that_was_never_tagged_has_no_tags_and_is_no_gap",
        f"{HERE}::test_a_table_without_tags_is_judged_and_fails",
    ),
    "12 streams inherit the tags of their table": (
        f"{HERE}::test_a_stream_has_no_tags_of_its_table",
    ),
    "12 ABAC is on": (
        "tests/checks/network/test_lane_endpoint_policy.py::test_what_tags_decide_is_unknown",
    ),
    "13 a policy called ReadOnly reads metadata only": (
        "tests/checks/access/test_no_broad_managed_policy.py::test_read_only_access_reads_items",
        "tests/iam/test_managed_policies.py::test_read_only_access_to_dynamodb_reads_all_data",
    ),
    "14 covered, because a plan exists": (
        "tests/checks/resilience/test_backup_plan.py::test_a_plan_alone_covers_nothing",
    ),
    "14 wildcards, opt-in, NotResources, tags and conditions of selections are ignored": (
        "tests/unit/semantics/test_backup_selection.py::test_resources_are_arns_in_which_only_the_asterisk_is_special",
        "tests/unit/semantics/test_backup_selection.py::test_the_opt_in_counts_unless_the_type_itself_is_named",
        "tests/unit/semantics/test_backup_selection.py::test_what_is_not_wanted_is_left_out",
        "tests/unit/semantics/test_backup_selection.py::test_tags_narrow_what_resources_name",
        "tests/unit/semantics/test_backup_selection.py::test_all_of_the_conditions_must_hold",
    ),
    "14 rotation is reported off on keys that cannot rotate": (
        "tests/checks/encryption/test_key_rotation.py::test_rotation_off_is_not_reported_on_keys_that_cannot_rotate",
    ),
    "15 a pattern that never matches is wired": (
        "tests/checks/detection/test_guardduty_alert_wired.py::test_a_type_with_spaces_never_matches",
        "tests/checks/detection/test_dynamodb_api_alert_wired.py::test_a_pattern_that_never_matches_is_no_alert",
    ),
    "15 a disabled rule is wired": (
        "tests/checks/detection/test_guardduty_alert_wired.py::test_a_disabled_rule_is_no_alert",
        "tests/checks/detection/test_dynamodb_api_alert_wired.py::test_a_disabled_rule_is_no_alert",
    ),
    "15 a rule of another Region is wired": (
        "tests/checks/detection/test_guardduty_alert_wired.py::test_a_rule_of_another_region_is_no_alert",
    ),
    "15 a topic that does not let EventBridge in is wired": (
        "tests/checks/detection/test_guardduty_alert_wired.py::test_the_default_topic_policy_does_not_let_eventbridge_in",
    ),
    "15 a subscription that nobody confirmed is wired": (
        "tests/checks/detection/test_guardduty_alert_wired.py::test_a_subscription_that_nobody_confirmed_is_no_alert",
        "tests/checks/detection/test_dynamodb_api_alert_wired.py::test_a_subscription_that_nobody_confirmed_is_no_alert",
    ),
}  # fmt: skip
"""Wrong answer to the tests that would catch it."""

READS = (
    "GetItem", "BatchGetItem", "Query", "Scan", "SearchVectors", "PartiQLSelect", "ConditionCheckItem",
)  # fmt: skip
CARRIES_AWAY = (
    "ExportTableToPointInTime",
    "CreateBackup",
    "RestoreTableToPointInTime",
    "EnableKinesisStreamingDestination",
)


@cache
def _tests_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef))


@pytest.mark.parametrize("answer", TESTS)
def test_a_wrong_answer_has_tests_of_its_own(answer):
    for node in TESTS[answer]:
        path, _, name = node.partition("::")
        assert name in _tests_of(path), node


def test_every_number_of_the_list_is_there():
    assert {int(answer.split()[0]) for answer in TESTS} == {*range(1, 16)}


def test_recovery_that_is_on_for_a_day_is_no_long_window():
    """Wrong answer 2."""
    one = snapshot(region(table(continuous_backups=ContinuousBackups(enabled=True, window_days=1))))
    assert verdict("point-in-time-recovery", one).status is Status.PASS
    assert verdict("recovery-window", one).status is Status.FAIL


@pytest.mark.parametrize("action", [*READS, "GetRecords"])
def test_every_way_to_read_items_counts_in_a_principals_policy(action):
    """Wrong answer 3."""
    holder = role(inline={"reader": [allow(f"dynamodb:{action}")]})
    assert verdict("no-wildcard-tables", snapshot(identity=identity(holder))).status is Status.FAIL


@pytest.mark.parametrize("action", READS)
def test_every_way_to_read_items_counts_in_a_tables_policy(action):
    """Wrong answer 3."""
    statement = allow(f"dynamodb:{action}", resource=TABLE, Principal=FOREIGNER)
    one = table(policy=ResourcePolicy(text=document(statement)))
    assert verdict("table-policy-no-foreigners", snapshot(region(one))).status is Status.FAIL


@pytest.mark.parametrize("action", CARRIES_AWAY)
def test_carrying_a_table_away_is_access(action):
    """Wrong answer 3."""
    statement = allow(f"dynamodb:{action}", resource=TABLE, Principal=FOREIGNER)
    one = table(policy=ResourcePolicy(text=document(statement)))
    assert verdict("table-policy-no-foreigners", snapshot(region(one))).status is Status.FAIL


def test_a_table_without_tags_is_judged_and_fails():
    """Wrong answer 12."""
    finding = verdict("data-class-tagged", snapshot(region(table(tags={}))))
    assert (finding.status, finding.label) == (Status.FAIL, "orders")


def test_a_stream_has_no_tags_of_its_table():
    """Wrong answer 12: a Deny for what carries the table's tag does not shut the stream, which carries none."""
    tagged = {"StringEquals": {"aws:ResourceTag/data-class": "restricted"}}
    policy = document(
        allow("dynamodb:GetRecords", resource=STREAM, Principal=FOREIGNER),
        deny("dynamodb:*", resource=STREAM, Principal="*", Condition=tagged),
    )
    one = table(
        tags={"data-class": "restricted"},
        description=description(latest_stream_arn=STREAM),
        stream_policy=ResourcePolicy(text=policy),
    )
    assert verdict("stream-policy-no-foreigners", snapshot(region(one))).status is not Status.PASS
