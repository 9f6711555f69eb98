"""The field: a surface that goes on working where there is no signal (离线作业)."""
