"""Trains the listener: mixtures, what is heard of them, targets, learning, calibration."""
