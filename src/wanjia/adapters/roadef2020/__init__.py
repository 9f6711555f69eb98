"""Instances and solutions of the ROADEF/EURO challenge 2020, which is planning of outages in a transmission grid."""
