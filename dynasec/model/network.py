"""VPCs, subnets, routes, endpoints and all else that decides which way packets take in one Region."""

from __future__ import annotations

from dynasec.model.shape import Shape


class Network(Shape):
    """VPCs, subnets, routes, endpoints and all else that decides which way packets take in one Region."""
