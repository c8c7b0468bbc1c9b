from random import Random

import pytest

from backend.partners import registry
from backend.partners.errors import (
    KeyUnknown,
    NoTerms,
    PartnerCodeTaken,
    PartnerSuspended,
    PartnerUnknown,
    ScopeUnknown,
    TermsRefused,
)
from backend.partners.rules import SCOPES
from tests.factories.partners import HALF, make_key, terms
from tests.support.clocks import MORNING


def test_a_code_is_one_partners(session, partner):
    with pytest.raises(PartnerCodeTaken):
        registry.create_partner(
            session, partner.code, name="别家", base_url="https://b.example", our_key="k", secret="s", now=MORNING
        )


def test_what_we_call_a_partner_with_is_sealed_and_opens(session, partner):
    assert b"their-secret" not in partner.secret_sealed
    found = registry.address_of(session, partner.id)
    assert (found.base_url, found.app_key, found.secret) == ("http://127.0.0.1:9", "baihui", "their-secret")
    assert "their-secret" not in repr(found)


def test_new_terms_are_a_new_version(session, partner):
    changed = registry.agree(
        session, partner.code, ours_in=terms(rate=1), theirs_out=HALF, by="boss", reason="二", now=MORNING
    )
    session.flush()
    assert changed.version == 2
    assert registry.terms_of(session, partner.id).way("in").rate == 1
    assert registry.terms_in_force(session, [partner.id]) == {partner.id: changed}
    assert registry.terms_of(session, partner.id).way("out") == HALF
    with pytest.raises(TermsRefused):
        registry.agree(
            session, partner.code, ours_in=terms(step=0), theirs_out=HALF, by="boss", reason="三", now=MORNING
        )


def test_without_terms_nothing_is_exchanged(session):
    bare = registry.create_partner(
        session, "bare", name="新", base_url="https://b.example", our_key="k", secret="s", now=MORNING
    )
    assert registry.newest_terms(session, bare.id) is None
    assert registry.terms_in_force(session, [bare.id]) == {}
    with pytest.raises(NoTerms):
        registry.terms_of(session, bare.id)


def test_a_suspended_partner_is_active_again_when_resumed(session, partner):
    assert registry.active(partner) is partner
    registry.suspend(session, partner.code, by="boss", reason="欠款", now=MORNING)
    registry.suspend(session, partner.code, by="other", reason="再次", now=MORNING)
    assert (partner.suspended_by, partner.suspended_for) == ("boss", "欠款")
    with pytest.raises(PartnerSuspended):
        registry.active(partner)
    registry.resume(session, partner.code)
    assert registry.active(partner) is partner


def test_a_key_opens_until_it_is_revoked(session, partner):
    new = make_key(session, partner, scopes=frozenset({"tiers"}))
    assert new.secret not in repr(new)
    key = registry.key_of(session, new.app_key)
    assert (key.partner_id, key.scopes, key.secret, key.suspended) == (partner.id, {"tiers"}, new.secret, False)
    registry.suspend(session, partner.code, by="boss", reason="欠款", now=MORNING)
    session.flush()
    assert registry.key_of(session, new.app_key).suspended
    registry.revoke_key(session, new.app_key, now=MORNING)
    registry.revoke_key(session, new.app_key, now=MORNING)
    session.flush()
    assert registry.key_of(session, new.app_key) is None


def test_unknown_keys_scopes_and_partners_are_refused(session, partner):
    for scopes in (frozenset(), SCOPES | {"everything"}):
        with pytest.raises(ScopeUnknown):
            registry.create_key(session, partner.code, scopes=scopes, rng=Random(1), now=MORNING)
    with pytest.raises(KeyUnknown):
        registry.revoke_key(session, "partner-none", now=MORNING)
    with pytest.raises(PartnerUnknown):
        registry.partner_by_code(session, "none")
    with pytest.raises(PartnerUnknown):
        registry.locked_partner(session, "none")


def test_an_offer_of_coupons_is_never_less_than_was_given(session, partner):
    offer = registry.offer_coupons(session, partner.code, "tea", 5)
    session.flush()
    offer.given = 4
    session.flush()
    assert registry.offer_coupons(session, partner.code, "tea", 2).most == 4
