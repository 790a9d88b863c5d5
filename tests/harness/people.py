"""The people of every test. They are the ones who live in the local workspace."""

ANA = "UANA"
BEN = "UBEN"
CY = "UCY"
DEE = "UDEE"
MO = "UMO"
"""The manager."""

EVERYBODY = (ANA, BEN, CY, DEE, MO)
