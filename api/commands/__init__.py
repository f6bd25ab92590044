"""The commands of `assistant`, one file each: plain functions that the command line calls."""
