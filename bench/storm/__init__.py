"""Deliveries under a storm: processes that are killed, a WeChat that fails in every way, and the proof afterwards."""
