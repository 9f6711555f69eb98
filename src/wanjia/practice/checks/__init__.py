"""What must fit together between the files of a practice. One file per subject, each `faults(folder) -> Iterator[Fault]`."""
