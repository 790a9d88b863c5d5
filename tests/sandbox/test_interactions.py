"""Commands, clicks, forms and shortcuts: the same over signed requests and over a socket."""

from typing import Any

from slack_bolt import App

from tests.sandbox.local import Slack, eventually

Json = dict[str, Any]

FORM: Json = {
    "type": "modal",
    "callback_id": "declare",
    "title": {"type": "plain_text", "text": "Declare"},
    "submit": {"type": "plain_text", "text": "Declare"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "What is wrong?"},
            "element": {"type": "plain_text_input", "action_id": "typed", "min_length": 3},
        },
        {
            "type": "input",
            "block_id": "severity",
            "optional": True,
            "label": {"type": "plain_text", "text": "How bad?"},
            "element": {
                "type": "static_select",
                "action_id": "chosen",
                "options": [{"text": {"type": "plain_text", "text": f"SEV{n}"}, "value": f"sev{n}"} for n in (1, 2)],
            },
        },
    ],
}
CARD: list[Json] = [
    {
        "type": "actions",
        "block_id": "gate",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "INC-1",
            },
            {
                "type": "static_select",
                "action_id": "hat",
                "options": [{"text": {"type": "plain_text", "text": "Scribe"}, "value": "scribe"}],
            },
            {"type": "users_select", "action_id": "who"},
        ],
    }
]


def opens_form(app: App, **more: Any) -> list[Json]:
    """The app opens the form on its command; the list fills with what is submitted."""
    bodies: list[Json] = []

    @app.command("/incident")
    def incident(ack: Any, client: Any, body: Any) -> Any:
        client.views_open(trigger_id=body["trigger_id"], view=FORM | more)
        ack()

    return bodies


def test_a_command_reaches_the_app_and_its_answer_only_the_person(slack: Slack, app: App, room: str) -> None:
    told: list[Json] = []

    @app.command("/incident")
    def incident(ack: Any, body: Any) -> Any:
        told.append(body)
        ack("Hello <@UANA>")

    assert slack.ana.types("/incident declare checkout <down> & out") == {"ok": True}
    assert told[0]["text"] == "declare checkout <down> & out"
    assert (told[0]["user_id"], told[0]["channel_name"]) == ("UANA", "incidents")
    assert (slack.ana.sees(room)[-1]["text"], slack.ana.sees(room)[-1]["is_ephemeral"]) == ("Hello <@UANA>", True)
    assert "Hello" not in str(slack.ben.sees(room))


def test_an_answer_in_channel_is_everyones(slack: Slack, app: App, room: str) -> None:
    @app.command("/incident")
    def incident(ack: Any) -> Any:
        ack(text="Listen", response_type="in_channel")

    slack.ana.types("/incident list")
    assert slack.ben.sees(room)[-1]["text"] == "Listen"


def test_an_unknown_command_never_leaves_the_workspace(slack: Slack, app: App) -> None:
    assert slack.ana.types("/nonsense") == {"error": "/nonsense is not a valid command."}
    assert slack.ana.does("say", channel="COPS", text="/incident list")["error"]


def test_a_form_is_checked_by_slack_first_and_by_the_app_then(slack: Slack, app: App) -> None:
    opens_form(app)
    seen: list[Json] = []

    @app.view("declare")
    def declare(ack: Any, view: Any) -> Any:
        values = view["state"]["values"]
        seen.append(values)
        if values["title"]["typed"]["value"] == "fire":
            ack(response_action="errors", errors={"title": "Say more."})
        else:
            ack()

    slack.ana.types("/incident declare")
    form = slack.ana.forms[0]["id"]
    empty = slack.ana.does("submit", view_id=form, state={})
    assert empty == {"ok": False, "errors": {"title": "Please complete this required field."}}
    short = slack.ana.does("submit", view_id=form, state={"title": {"typed": "x"}})
    assert short == {"ok": False, "errors": {"title": "Please enter at least 3 characters."}}
    assert not seen
    refused = slack.ana.does("submit", view_id=form, state={"title": {"typed": "fire"}})
    assert refused == {"ok": False, "errors": {"title": "Say more."}}
    done = slack.ana.does(
        "submit", view_id=form, state={"title": {"typed": "big fire"}, "severity": {"chosen": "sev2"}}
    )
    assert done == {"ok": True, "result": "closed"}
    assert seen[-1]["title"]["typed"] == {"type": "plain_text_input", "value": "big fire"}
    assert seen[-1]["severity"]["chosen"]["selected_option"]["value"] == "sev2"
    assert slack.ana.forms == []


def test_an_option_that_is_not_offered_cannot_be_chosen(slack: Slack, app: App) -> None:
    opens_form(app)
    slack.ana.types("/incident declare")
    answer = slack.ana.does("submit", view_id=slack.ana.forms[0]["id"], state={"severity": {"chosen": "sev9"}})
    assert answer == {"error": "There is no option 'sev9' here."}


def test_errors_for_an_input_that_is_not_there_are_refused(slack: Slack, app: App) -> None:
    opens_form(app)

    @app.view("declare")
    def declare(ack: Any) -> Any:
        ack(response_action="errors", errors={"nowhere": "No."})

    slack.ana.types("/incident declare")
    answer = slack.ana.does("submit", view_id=slack.ana.forms[0]["id"], state={"title": {"typed": "fire"}})
    assert answer["error"].startswith("We had some trouble connecting. Try again?")


def test_views_stack_three_high_and_clear_together(slack: Slack, app: App) -> None:
    opens_form(app)

    @app.view("declare")
    def declare(ack: Any, view: Any) -> Any:
        title = view["state"]["values"]["title"]["typed"]["value"]
        ack(response_action=title) if title == "clear" else ack(response_action=title, view=FORM)

    slack.ana.types("/incident declare")

    def submits(title: str) -> Json:
        answer: Json = slack.ana.does("submit", view_id=slack.ana.forms[-1]["id"], state={"title": {"typed": title}})
        return answer

    assert submits("update") == {"ok": True, "result": "updated"}
    assert submits("push") == submits("push") == {"ok": True, "result": "pushed"}
    assert len({view["root_view_id"] for view in slack.ana.forms}) == 1
    assert slack.ana.forms[2]["previous_view_id"] == slack.ana.forms[1]["id"]
    assert "push_limit_reached" in submits("push")["error"]
    assert submits("clear") == {"ok": True, "result": "cleared"}
    assert slack.ana.forms == []


def test_a_trigger_works_once(slack: Slack, app: App) -> None:
    refused: list[str] = []

    @app.command("/incident")
    def incident(ack: Any, client: Any, body: Any) -> Any:
        client.views_open(trigger_id=body["trigger_id"], view=FORM)
        refused.append(slack.refuses("views.open", {"trigger_id": body["trigger_id"], "view": FORM})["error"])
        ack()

    slack.ana.types("/incident declare")
    assert refused == ["exchanged_trigger_id"]


def test_an_updated_view_keeps_what_was_typed_and_refuses_an_old_hash(slack: Slack, app: App) -> None:
    opens_form(app, blocks=[*FORM["blocks"], *CARD], external_id="declare-1")

    @app.action("hat")
    def hat(ack: Any) -> Any:
        ack()

    slack.ana.types("/incident declare")
    view = slack.ana.forms[0]
    place = {"type": "view", "view_id": view["id"]}
    typed = {"title": {"typed": "half a sent"}}
    slack.ana.does("click", container=place, block_id="gate", action_id="hat", value="scribe", state=typed)
    updated = slack.bot.views_update(
        external_id="declare-1", hash=view["hash"], view=FORM | {"external_id": "declare-1"}
    )
    assert updated["view"]["state"]["values"]["title"]["typed"]["value"] == "half a sent"
    assert "gate" not in updated["view"]["state"]["values"]
    stale = {"view_id": view["id"], "hash": view["hash"], "view": FORM}
    assert slack.refuses("views.update", stale)["error"] == "hash_conflict"


def test_the_app_hears_of_a_closed_form_only_if_it_asked(slack: Slack, app: App) -> None:
    opens_form(app, notify_on_close=True)
    closed: list[Json] = []

    @app.view_closed("declare")
    def gone(ack: Any, body: Any) -> Any:
        closed.append(body)
        ack()

    slack.ana.types("/incident declare")
    slack.ana.does("close", view_id=slack.ana.forms[0]["id"])
    eventually(lambda: closed)
    assert closed[0]["is_cleared"] is False
    assert slack.ana.forms == []


def test_a_click_brings_the_message_the_value_and_a_way_to_answer(slack: Slack, app: App, room: str) -> None:
    bodies: list[Json] = []

    @app.action("approve")
    def approve(ack: Any, body: Any, respond: Any) -> Any:
        bodies.append(body)
        ack()
        respond("Noted.")
        respond(text="Approved.", replace_original=True)

    slack.bot.chat_postMessage(channel=room, text="Approve?", blocks=CARD)
    assert slack.ana.clicks(slack.ana.sees(room)[-1], "approve") == {"ok": True}
    body = bodies[0]
    assert body["actions"][0]["value"] == "INC-1"
    assert body["container"]["message_ts"] == body["message"]["ts"]
    assert body["channel"] == {"id": room, "name": "incidents"}
    assert [m["text"] for m in slack.ana.sees(room)[-2:]] == ["Approved.", "Noted."]
    assert [m["text"] for m in slack.ben.sees(room)[-1:]] == ["Approved."]


def test_choices_in_a_message_come_with_the_state_of_the_others(slack: Slack, app: App, room: str) -> None:
    bodies: list[Json] = []

    @app.action("hat")
    @app.action("who")
    def choose(ack: Any, body: Any) -> Any:
        bodies.append(body)
        ack()

    slack.bot.chat_postMessage(channel=room, text="Hats", blocks=CARD)
    message = slack.ana.sees(room)[-1]
    slack.ana.clicks(message, "hat", "scribe")
    slack.ana.clicks(message, "who", "UBEN")
    assert bodies[1]["actions"][0]["selected_user"] == "UBEN"
    assert bodies[1]["state"]["values"]["gate"]["hat"]["selected_option"]["value"] == "scribe"


def test_an_ephemeral_message_can_be_clicked_replaced_and_deleted(slack: Slack, app: App, room: str) -> None:
    bodies: list[Json] = []

    @app.action("approve")
    def approve(ack: Any, body: Any, respond: Any) -> Any:
        bodies.append(body)
        ack()
        respond(text="Sure?", blocks=CARD, replace_original=True) if len(bodies) == 1 else respond(delete_original=True)

    slack.bot.chat_postEphemeral(channel=room, user="UANA", text="Approve?", blocks=CARD)
    slack.ana.clicks(slack.ana.sees(room)[-1], "approve")
    assert bodies[0]["container"]["is_ephemeral"] is True
    assert "message" not in bodies[0]
    assert slack.ana.sees(room)[-1]["text"] == "Sure?"
    slack.ana.clicks(slack.ana.sees(room)[-1], "approve")
    assert "is_ephemeral" not in slack.ana.sees(room)[-1]


def test_a_response_url_takes_five_answers(slack: Slack, app: App, room: str) -> None:
    urls: list[str] = []

    @app.command("/incident")
    def incident(ack: Any, body: Any) -> Any:
        urls.append(body["response_url"])
        ack()

    slack.ana.types("/incident list")
    statuses = [slack.http.post(urls[0], json={"text": f"answer {n}"}).status_code for n in range(6)]
    assert statuses == [200, 200, 200, 200, 200, 404]


def test_what_is_no_longer_there_cannot_be_clicked(slack: Slack, app: App, room: str) -> None:
    ts = slack.bot.chat_postMessage(channel=room, text="Approve?", blocks=CARD)["ts"]
    message = slack.ana.sees(room)[-1]
    slack.bot.chat_update(channel=room, ts=ts, text="Too late.")
    assert slack.ana.clicks(message, "approve") == {"error": "There is nothing like that to click on any more."}
    slack.bot.chat_delete(channel=room, ts=ts)
    assert slack.ana.clicks(message, "approve") == {"error": "That message isn't there any more."}


def test_shortcuts_bring_the_message_or_open_a_form(slack: Slack, app: App, room: str) -> None:
    kept: list[Json] = []

    @app.message_shortcut("to_timeline")
    def keep(ack: Any, body: Any) -> Any:
        kept.append(body)
        ack()

    @app.global_shortcut("declare")
    def declare(ack: Any, body: Any, client: Any) -> Any:
        client.views_open(trigger_id=body["trigger_id"], view=FORM)
        ack()

    ts = slack.ben.does("say", channel=room, text="It began at noon")["message"]["ts"]
    assert slack.ana.does("shortcut", callback_id="to_timeline", channel=room, message_ts=ts) == {"ok": True}
    assert (kept[0]["message"]["text"], kept[0]["message"]["user"]) == ("It began at noon", "UBEN")
    assert slack.ana.does("shortcut", callback_id="declare") == {"ok": True}
    assert len(slack.ana.forms) == 1


def test_an_external_menu_asks_the_app_for_its_options(slack: Slack, app: App, room: str) -> None:
    asked: list[str] = []

    @app.options("service")
    def services(ack: Any, payload: Any) -> Any:
        asked.append(payload["value"])
        ack(options=[{"text": {"type": "plain_text", "text": "checkout"}, "value": "checkout"}])

    @app.action("service")
    def service(ack: Any, payload: Any) -> Any:
        asked.append(payload["selected_option"]["value"])
        ack()

    menu = {"type": "external_select", "action_id": "service", "min_query_length": 0}
    blocks = [{"type": "actions", "block_id": "b", "elements": [menu]}]
    slack.bot.chat_postMessage(channel=room, text="Which?", blocks=blocks)
    message = slack.ana.sees(room)[-1]
    place = {"type": "message", "channel": room, "ts": message["ts"]}
    offered = slack.ana.does("options", container=place, block_id="b", action_id="service", value="che")["options"]
    slack.ana.clicks(message, "service", offered[0])
    assert asked == ["che", "checkout"]


def test_the_home_tab_is_published_when_it_is_opened(slack: Slack, app: App) -> None:
    @app.event("app_home_opened")
    def opened(event: Any, client: Any) -> Any:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    assert slack.get("/client/home", user="UANA") == {"view": None}
    slack.ana.does("open_home")
    view = eventually(lambda: slack.get("/client/home", user="UANA")["view"])
    assert (view["type"], view["blocks"][0]["type"]) == ("home", "divider")


def test_nobody_answering_is_told_in_slacks_own_words(slack: Slack) -> None:
    assert slack.ana.types("/incident list") == {"error": '/incident failed with the error "dispatch_failed"'}


def test_an_app_that_answers_404_is_told_apart(slack: Slack) -> None:
    slack.install(request_url=f"{slack.url}/nowhere", socket_mode=False)
    assert slack.ana.types("/incident list") == {"error": '/incident failed with the error "http_client_error"'}
