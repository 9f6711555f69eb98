"""The JSON API: the verbs of the product for programs, with the same permissions, faults and limits as the pages."""
