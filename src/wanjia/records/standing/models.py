"""Pulse surveys. No row leads from an answer to a person, nor from one answer to another of the same person.

See docs/explanation/pulse-survey.md before changing anything here: what is not in these tables is the point of them.
"""

from django.db import models

from wanjia.records.cases.models import Case


class Survey(models.Model):
    """What a case of a survey practice asks: questions, groups with how many people each has, and until which day.

    `issued` counts the tickets printed for each group; `published` is what may be shown, fixed when it was closed.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="survey")
    questions = models.JSONField(help_text="names of questions of the catalogue, in the order of the page")
    groups = models.JSONField(help_text="[{group, name, people}]: groups do not overlap")
    closes_on = models.DateField(help_text="the last day on which answers are taken")
    issued = models.JSONField(default=dict)
    closed = models.BooleanField(default=False)
    published = models.JSONField(default=dict)


class SurveyTicket(models.Model):
    """A ticket that has not been used: the hash of what is printed on it, and nothing of whoever draws it.

    Using it deletes the row, so that no mark, order or time of its use is left.
    """

    ticket_hash = models.CharField(primary_key=True, max_length=64)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="tickets")
    group = models.CharField(max_length=40)


class SurveyCount(models.Model):
    """How many in a group answered a question so. There are no single answers: one more only raises a count."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="counts")
    group = models.CharField(max_length=40)
    question = models.CharField(max_length=40)
    value = models.PositiveSmallIntegerField(help_text="1 to 5; 0: rather not say")
    people = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "group", "question", "value"], name="survey_count_once"),
        ]
