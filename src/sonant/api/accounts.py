"""The caller's account, in the words of a service that is paid for. Here nothing is: most of it never changes.

What changes are the characters used and, for a key with a limit, how many there are.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from sonant.api.auth import requires
from sonant.api.depends import ServicesDep
from sonant.services.accounts import Balance, Caller, Scope, TokenPurpose

router = APIRouter(prefix="/v1")

Reading = Annotated[Caller, Depends(requires(Scope.USER_READ))]
Issuing = Annotated[Caller, Depends(requires(Scope.SINGLE_USE_TOKENS))]

UNLIMITED = 2**31 - 1
"""What a key without a limit is said to have: the API needs a number, and every client can hold this one."""


_NEVER_CHANGES: Mapping[str, Any] = {
    "tier": "self_hosted",
    "status": "active",
    "max_credit_limit_extension": 0,
    "can_extend_character_limit": False,
    "allowed_to_extend_character_limit": False,
    "voice_slots_used": 0,
    "voice_limit": 0,
    "voice_add_edit_counter": 0,
    "can_extend_voice_limit": False,
    "can_use_instant_voice_cloning": False,
    "professional_voice_slots_used": 0,
    "professional_voice_slots_used_in_workspace": 0,
    "professional_voice_limit": 0,
    "can_use_professional_voice_cloning": False,
    "current_overage": {"amount": "0", "currency": "usd"},
}


class PriceView(BaseModel):
    """A sum of money."""

    amount: str
    currency: str


class UserSubscriptionView(BaseModel):
    """What the caller has used and may use."""

    tier: str
    character_count: int
    character_limit: int
    max_character_limit_extension: int | None = None
    max_credit_limit_extension: int | Literal["unlimited"]
    can_extend_character_limit: bool
    allowed_to_extend_character_limit: bool
    next_character_count_reset_unix: int | None = None
    voice_slots_used: int
    professional_voice_slots_used: int
    professional_voice_slots_used_in_workspace: int
    voice_limit: int
    max_voice_add_edits: int | None = None
    voice_add_edit_counter: int
    professional_voice_limit: int
    can_extend_voice_limit: bool
    can_use_instant_voice_cloning: bool
    can_use_professional_voice_cloning: bool
    currency: str | None = None
    current_overage: PriceView
    status: str
    billing_period: str | None = None
    character_refresh_period: str | None = None


class SubscriptionView(UserSubscriptionView):
    """The same with invoices, of which there are none."""

    open_invoices: list[PriceView]
    has_open_invoices: bool


class UserView(BaseModel):
    """The account that a key belongs to."""

    user_id: str
    workspace_id: str
    subscription: UserSubscriptionView
    is_new_user: bool
    can_use_delayed_payment_methods: bool
    is_onboarding_completed: bool
    is_onboarding_checklist_completed: bool
    created_at: int
    seat_type: Literal["workspace_admin", "workspace_member", "workspace_lite_member"]
    first_name: str | None = None
    is_api_key_hashed: bool | None = None
    xi_api_key_preview: str | None = None


class TokenView(BaseModel):
    """A single-use token."""

    token: str


# Plain functions, which the framework calls in a thread, for the service waits for the database.


@router.get("/user", tags=["user"], name="get")
def get_user(services: ServicesDep, caller: Reading) -> UserView:
    """The caller's account."""
    balance = services.accounts.balance(caller)
    return UserView(
        user_id=balance.account.account_id,
        workspace_id=balance.account.account_id,
        subscription=UserSubscriptionView.model_validate(_subscription(balance)),
        is_new_user=False,
        can_use_delayed_payment_methods=False,
        is_onboarding_completed=True,
        is_onboarding_checklist_completed=True,
        seat_type="workspace_admin",
        created_at=int(balance.account.created_at),
        is_api_key_hashed=True,
        first_name=balance.account.name,
        xi_api_key_preview=balance.key_preview and f"...{balance.key_preview}",
    )


@router.get("/user/subscription", tags=["user"], name="subscription_get")
def get_subscription(services: ServicesDep, caller: Reading) -> SubscriptionView:
    """What the caller has used and may use."""
    subscription = _subscription(services.accounts.balance(caller))
    return SubscriptionView.model_validate({**subscription, "open_invoices": [], "has_open_invoices": False})


@router.post("/single-use-token/{token_type}", tags=["tokens"], name="single_use_create")
def create_token(token_type: TokenPurpose, services: ServicesDep, caller: Issuing) -> TokenView:
    """A token that stands for the caller's key once, within 15 minutes, for one purpose."""
    return TokenView(token=services.accounts.issue_token(caller, token_type))


def _subscription(balance: Balance) -> dict[str, Any]:
    limit = UNLIMITED if balance.credit_limit is None else balance.credit_limit
    return {**_NEVER_CHANGES, "character_count": balance.credits_used, "character_limit": limit}
