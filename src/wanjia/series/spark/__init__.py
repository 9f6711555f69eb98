"""Measurements with Apache Spark on many machines; needs the extra `spark` and Java 17."""
