"""Who may act: scopes against subjects, without a store."""

from wanjia.model.actors import SYSTEM, Actor, Seat, Subject, may

DISPATCHER = Actor("person:1", "D", 1, (Seat(1, "dispatcher", "city"),))
REVIEWER = Actor("person:2", "R", 2, (Seat(2, "reviewer", "traffic_police"),))
CHIEF = Actor("person:3", "C", 3, (Seat(3, "station_chief", "station-01", "S01"),))
RESIDENT = Actor("citizen", "", grants=frozenset({7}))


def test_a_desk_completes_its_own_tasks_and_not_those_below_it():
    below = Subject(organisations=frozenset({"station-01", "county-01", "city"}), desk=frozenset({"station-01"}))
    own = Subject(organisations=frozenset({"city"}), desk=frozenset({"city"}))
    assert may(DISPATCHER, "task", "complete", own)
    assert not may(DISPATCHER, "task", "complete", below)
    assert may(DISPATCHER, "task", "see", below)


def test_whoever_works_on_a_request_is_not_the_one_who_asked():
    case = Subject(people=frozenset({2}), case_id=7, asked_by=frozenset({9}))
    assert may(REVIEWER, "case", "see", case)
    assert not may(REVIEWER, "case", "withdraw", case)
    assert may(Actor("person:9", "A", 9), "case", "withdraw", case)


def test_number_and_code_open_one_case_only():
    assert may(RESIDENT, "case", "see", Subject(case_id=7))
    assert not may(RESIDENT, "case", "see", Subject(case_id=8))


def test_a_chief_reaches_the_own_cell_and_organisation():
    assert may(CHIEF, "case", "see", Subject(cells=frozenset({"S01", "C001"})))
    assert not may(CHIEF, "case", "see", Subject(cells=frozenset({"S02"}), organisations=frozenset({"station-02"})))
    assert not may(CHIEF, "territory", "import", Subject())


def test_the_product_itself_may_everything():
    assert may(SYSTEM, "territory", "import", Subject())
