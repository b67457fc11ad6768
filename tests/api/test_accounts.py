import pytest

from api.account_client import client_of
from services.history_fixture import Stored
from sonant.api.accounts import UNLIMITED
from sonant.services.accounts import HOME_ACCOUNT_ID, Scope, TokenPurpose

SUBSCRIPTION_KEYS = {
    "tier", "character_count", "character_limit", "max_credit_limit_extension", "can_extend_character_limit",
    "allowed_to_extend_character_limit", "voice_slots_used", "professional_voice_slots_used",
    "professional_voice_slots_used_in_workspace", "voice_limit", "voice_add_edit_counter", "professional_voice_limit",
    "can_extend_voice_limit", "can_use_instant_voice_cloning", "can_use_professional_voice_cloning",
    "current_overage", "status",
}  # fmt: skip
USER_KEYS = {
    "user_id", "workspace_id", "subscription", "is_new_user", "can_use_delayed_payment_methods",
    "is_onboarding_completed", "is_onboarding_checklist_completed", "created_at", "seat_type",
}  # fmt: skip


@pytest.fixture
def stored(db, tmp_path):
    return Stored(db, tmp_path / "blobs")


def required(view):
    return {name for name, value in view.items() if value is not None}


async def test_a_subscription_has_every_key_that_clients_require(stored):
    view = (await client_of(stored).get("/v1/user/subscription")).json()
    assert required(view) == SUBSCRIPTION_KEYS | {"open_invoices", "has_open_invoices"}
    assert view["open_invoices"] == []
    assert view["current_overage"] == {"amount": "0", "currency": "usd"}
    assert view["character_limit"] == UNLIMITED


async def test_the_documentation_says_that_these_keys_are_always_sent(stored):
    schemas = (await client_of(stored).get("/openapi.json")).json()["components"]["schemas"]
    assert set(schemas["SubscriptionView"]["required"]) == SUBSCRIPTION_KEYS | {"open_invoices", "has_open_invoices"}
    assert set(schemas["UserView"]["required"]) == USER_KEYS


async def test_a_user_has_every_key_that_clients_require(stored):
    client = client_of(stored)
    view = (await client.get("/v1/user")).json()
    assert required(view) >= USER_KEYS
    assert required(view["subscription"]) == SUBSCRIPTION_KEYS
    assert view["user_id"] == HOME_ACCOUNT_ID
    assert isinstance(view["created_at"], int)
    assert view["xi_api_key_preview"] == "..." + client.headers["xi-api-key"][-4:]


async def test_characters_used_and_left_are_the_limited_keys_own(stored):
    await stored.add("six ch")
    client = client_of(stored, credit_limit=100)
    view = (await client.get("/v1/user/subscription")).json()
    assert (view["character_count"], view["character_limit"]) == (0, 100)
    assert (await client_of(stored).get("/v1/user/subscription")).json()["character_count"] == 6


async def test_reading_the_account_needs_its_scope(stored):
    client = client_of(stored, scopes=[Scope.TEXT_TO_SPEECH])
    response = await client.get("/v1/user")
    assert response.status_code == 403
    assert "user_read" in response.json()["detail"]["message"]


@pytest.mark.parametrize("purpose", list(TokenPurpose))
async def test_a_token_can_be_made_for_each_purpose_and_redeemed_once(stored, purpose):
    token = (await client_of(stored).post(f"/v1/single-use-token/{purpose}")).json()["token"]
    assert stored.accounts.redeem_token(token, purpose).scopes == {purpose.scope}


async def test_a_token_for_nothing_known_is_refused(stored):
    assert (await client_of(stored).post("/v1/single-use-token/anything")).status_code == 422


async def test_a_token_needs_a_key_that_may_make_one_and_may_do_what_it_is_for(stored):
    for scopes in ([Scope.SINGLE_USE_TOKENS], [Scope.TEXT_TO_SPEECH]):
        response = await client_of(stored, scopes=scopes).post("/v1/single-use-token/tts_websocket")
        assert response.status_code == 403
