"""Pictures of a Dashboard with and without errors, drawn here, and how well they are read.

Refuses training data: nothing in this folder is seen by what reads the pictures.
"""
