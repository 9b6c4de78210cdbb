"""Detective controls: GuardDuty and EventBridge."""
