"""Trains the student: recordings and synthesised screams, views of them, learning, calibration."""
