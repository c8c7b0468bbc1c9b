import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.addresses.errors import RecipientRefused, RegionRefused, StreetRefused
from backend.addresses.rules import LONGEST_RECIPIENT, LONGEST_STREET, Delivery, checked
from backend.kit.pii import Vault
from backend.members import PhoneRefused
from tests.factories.addresses import make_draft

ROOM = 1024  # kit.columns.SealedText
VAULT = Vault({1: b"1" * 32}, index_key=b"i" * 32)
DONGFANG = {"province_code": "460000", "city_code": "469000", "district_code": "469007"}
LONGEST_NAMES = {"province_code": "650000", "city_code": "659000", "district_code": "659004"}


def test_an_address_in_its_normal_form():
    found = checked(make_draft(recipient=" 王小红\t", phone="+86 138-0013-8000", street="\u3000南京东路 100 号 "))
    assert found == Delivery(
        "王小红", "13800138000", "310000", "310100", "310101", "上海市", "上海市", "黄浦区", "南京东路 100 号"
    )


@pytest.mark.parametrize("name", ["", " ", "王" * (LONGEST_RECIPIENT + 1), "王\n红", "\u202e红王", "\ud800"])
def test_a_recipient_is_refused(name):
    with pytest.raises(RecipientRefused):
        checked(make_draft(recipient=name))


@pytest.mark.parametrize("street", ["", " ", "路" * (LONGEST_STREET + 1), "路\r\n号", "\u2029"])
def test_a_street_is_refused(street):
    with pytest.raises(StreetRefused):
        checked(make_draft(street=street))


def test_a_phone_is_refused():
    with pytest.raises(PhoneRefused):
        checked(make_draft(phone="021-12345678"))


@pytest.mark.parametrize("codes", [{"district_code": "110101"}, {"city_code": "110100"}, {"province_code": "110000"}])
def test_regions_must_lie_in_one_another(codes):
    with pytest.raises(RegionRefused):
        checked(make_draft(**codes))


def test_the_line_on_the_parcel_says_no_city_twice_and_none_where_there_is_none():
    assert checked(make_draft()).line == "上海市黄浦区南京东路 100 号 3 楼"
    assert checked(make_draft(**DONGFANG, street="解放路 1 号")).line == "海南省东方市解放路 1 号"
    guangzhou = {"province_code": "440000", "city_code": "440100", "district_code": "440106"}
    assert checked(make_draft(**guangzhou, street="体育东路 1 号")).line == "广东省广州市天河区体育东路 1 号"


plain = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1)


@given(
    plain.filter(lambda text: len(text) <= LONGEST_RECIPIENT), plain.filter(lambda text: len(text) <= LONGEST_STREET)
)
def test_what_is_packed_is_unpacked(recipient, street):
    found = checked(make_draft(recipient=recipient, street=street))
    assert Delivery.unpacked(found.packed()) == found


@pytest.mark.parametrize("char", ["😀", '"', "\\", "路"])
def test_the_longest_has_room_when_sealed(char):
    found = checked(make_draft(**LONGEST_NAMES, recipient=char * LONGEST_RECIPIENT, street=char * LONGEST_STREET))
    assert len(VAULT.seal(found.packed(), "member_addresses.content:9223372036854775807")) <= ROOM


def test_it_is_not_told_by_accident():
    for found in (make_draft(), checked(make_draft())):
        assert "王小红" not in f"{found!r} {found} {[found]}"
