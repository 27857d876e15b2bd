"""Who an avatar is: always the same person, and never mistaken for another."""

from itertools import combinations

from simulator.face import Look
from simulator.face.look import CAST

ID = "0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01"


def test_an_avatar_always_looks_the_same() -> None:
    assert Look.of(ID, "Someone") == Look.of(ID, "Someone")


def test_a_person_of_the_cast_is_known_by_first_name_and_keeps_the_full_one() -> None:
    look = Look.of(ID, "Wayne in a café")

    assert look.name == "Wayne in a café"
    assert look.hair_style == CAST["Wayne"].hair_style


def test_the_cast_is_large_and_no_two_of_it_share_more_than_two_traits() -> None:
    shared = {
        (one.name, other.name): sum(
            getattr(one, trait) == getattr(other, trait)
            for trait in ("skin", "hair", "hair_style", "clothes", "backdrop", "beard")
            if getattr(one, trait)
        )
        for one, other in combinations(CAST.values(), 2)
    }

    assert len(CAST) == 12
    assert {pair: count for pair, count in shared.items() if count > 2} == {}


def test_strangers_differ_from_each_other() -> None:
    looks = {Look.of(f"avatar-{number}", "Stranger") for number in range(20)}

    assert len(looks) == 20
