"""What is missing in a stage: each with its own button, however many, and for whom it is meant."""

import pytest

from bot.slack.kit import Message
from tests.slack.views.gallery import gallery, shown, stages
from tests.slack.views.scene import ANA, BEN, CY

PICTURES = {name: picture for name, picture in gallery().items() if name.startswith("stage/")}


def labels(message: Message) -> list[str]:
    """What the buttons beside missing things say."""
    return [block["accessory"]["text"]["text"] for block in message.blocks if "accessory" in block]


@pytest.mark.parametrize("name", PICTURES)
def test_no_two_blocks_have_one_name(name: str) -> None:
    """Slack refuses the whole message otherwise, and one button may help with several things."""
    picture = PICTURES[name]
    assert isinstance(picture, Message)
    ids = [block["block_id"] for block in picture.blocks if "block_id" in block]
    assert len(ids) == len(set(ids))


def test_each_missing_thing_has_a_button_and_what_is_done_has_none() -> None:
    assert labels(shown(stages()["half-done"], BEN)) == ["Send update", "Add a note", "Take hat: verifier"]


def test_whoever_may_confirm_is_asked_to_and_others_are_offered_the_hat() -> None:
    scene = stages()["fresh"]
    assert labels(shown(scene, ANA)).count("Confirm …") == 1, "Ana commands, and speaks for every hat"
    assert "Take hat: first responder" in labels(shown(scene, CY))


def test_beyond_what_fits_the_rest_is_named() -> None:
    crowd = PICTURES["stage/refused-for-many-things"]
    assert isinstance(crowd, Message)
    assert len(labels(crowd)) == 24
    assert "And 2 more" in str(crowd.blocks)
