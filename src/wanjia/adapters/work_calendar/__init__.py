"""Public holidays of mainland China as rows of the company's work calendar."""
