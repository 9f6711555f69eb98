"""What must fit together between the files of a practice. One file a subject, each with `faults(folder)`."""
