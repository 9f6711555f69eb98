"""Problems, or parts of them, said to CP-SAT and HiGHS."""
