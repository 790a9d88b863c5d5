"""Approval gates: who may say yes, how many must, and by when."""
