"""GuardDuty and the wiring of alerts (EventBridge, SNS) in one Region."""

from __future__ import annotations

from dynasec.model.shape import Shape


class Detection(Shape):
    """GuardDuty and the wiring of alerts (EventBridge, SNS) in one Region."""
