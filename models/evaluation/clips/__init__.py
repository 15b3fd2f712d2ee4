"""Distress against the rest, clip by clip.

``hearing`` streams each clip as the daemon would hear it, ``level_duration`` is the classifier
that hears nothing, ``figures`` adds everything up.
"""
