from dynasec.semantics.grave_findings import ATTACK_SEQUENCE, grave_findings


def test_samples_are_high_or_critical_and_of_this_account():
    events = list(grave_findings(account="123456789012", region="eu-west-1"))
    assert {(event["account"], event["region"]) for event in events} == {("123456789012", "eu-west-1")}
    assert min(event["detail"]["severity"] for event in events) >= 7
    assert len({event["detail"]["type"] for event in events}) == len(events) > 3


def test_an_attack_sequence_is_critical_and_not_about_one_access_key():
    (sequence,) = [
        event
        for event in grave_findings(account="123456789012", region="eu-west-1")
        if event["detail"]["type"] == ATTACK_SEQUENCE
    ]
    assert sequence["detail"]["severity"] == 9
    assert sequence["detail"]["resource"] == {"resourceType": "AttackSequence"}
