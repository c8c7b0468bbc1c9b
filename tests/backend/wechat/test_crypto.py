import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from backend.wechat.crypto import NotSealed, aes_key, same, seal, signature, unseal

KEY = aes_key("A" * 43)


@given(plain=st.text(max_size=500), random=st.binary(min_size=16, max_size=16))
def test_what_is_sealed_opens_again(plain: str, random: bytes):
    assert unseal(seal(plain, KEY, "wx1", random=random), KEY, "wx1") == plain


@given(garbage=st.one_of(st.text(), st.binary(max_size=200).map(lambda raw: raw.hex())))
def test_garbage_is_only_ever_not_sealed(garbage: str):
    with pytest.raises(NotSealed):
        unseal(garbage, KEY, "wx1")


@given(plain=st.text(st.characters(codec="utf-8"), min_size=1, max_size=100))
def test_another_library_opens_what_we_seal(plain: str):
    sealed = seal(plain, KEY, "wx1", random=b"0123456789abcdef")
    signed = signature("token", "1", "n", sealed)
    opened = WeChatCrypto("token", "A" * 43, "wx1").decrypt_message({"Encrypt": sealed}, signed, "1", "n")
    assert opened == plain


def test_head_must_be_sixteen_bytes():
    with pytest.raises(ValueError, match="16"):
        seal("x", KEY, "wx1", random=b"short")


@pytest.mark.parametrize(("given", "equal"), [("abc", True), ("abd", False), ("", False), ("abc\ud800", False)])
def test_comparison(given, equal):
    assert same("abc", given) is equal
