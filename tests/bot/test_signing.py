"""Signed JSON and the chain of cross-signing: what others made is read, what is forged is not believed."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matrix.encryption.chain import chain, signed_by_owner
from bot.matrix.encryption.signing import SigningKey, canonical, from_base64, public_key_of, unpadded, verifies
from tests.bot.element_vectors import DEVICE, SEEDS, SIGNING, USER

KEY = SigningKey.from_seed(bytes(range(32)))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


# --- canonical JSON ---


@pytest.mark.parametrize(
    "obj, text",
    [  # the examples of the specification
        ({}, "{}"),
        ({"one": 1, "two": "Two"}, '{"one":1,"two":"Two"}'),
        ({"b": "2", "a": "1"}, '{"a":"1","b":"2"}'),
        (
            {"auth": {"mxid": "@j:x", "success": True, "n": [1, None]}},
            '{"auth":{"mxid":"@j:x","n":[1,null],"success":true}}',
        ),
        ({"a": "日本語"}, '{"a":"日本語"}'),
        ({"本": 2, "日": 1}, '{"日":1,"本":2}'),
        ({"a": "\u65e5"}, '{"a":"日"}'),
        ({"a": '\x00\n"\\/\x7f\u2028'}, '{"a":"\\u0000\\n\\"\\\\/\x7f\u2028"}'),
        ({"\U0001f600": 1, "\uffff": 2}, '{"\uffff":2,"\U0001f600":1}'),
        ({"a": -(2**53) + 1}, '{"a":-9007199254740991}'),
    ],
)
def test_canonical_json_is_sorted_by_code_points_and_has_no_blanks(obj: dict[str, Any], text: str) -> None:
    assert canonical(obj) == text.encode()


def test_signatures_and_unsigned_are_no_part_of_what_is_signed_but_deeper_ones_are() -> None:
    assert canonical({"a": 1, "signatures": {}, "unsigned": {"x": 1.5}}) == b'{"a":1}'
    assert canonical({"a": {"signatures": 1, "unsigned": 2}}) == b'{"a":{"signatures":1,"unsigned":2}}'


@pytest.mark.parametrize(
    "value", [1.5, 1.0, float("nan"), float("inf"), 2**53, -(2**53), "\ud800", object(), {1: 2, "a": 3}]
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    for obj in ({"a": value}, {"a": [value]}, {"a": {"b": value}}):
        with pytest.raises(ValueError, match=r".+"):
            canonical(obj)


def test_a_bottomless_object_is_refused_and_not_believed() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(ValueError, match="RecursionError"):
        canonical(deep)
    assert not verifies(
        {**deep, "signatures": {"@a:b": {"ed25519:K": "x"}}}, user_id="@a:b", key_id="ed25519:K", public_key=KEY.public
    )


# --- keys and signatures ---


@pytest.mark.parametrize("name", ["master", "self_signing", "user_signing"])
def test_our_keys_are_those_of_the_rust_crypto_of_element(name: str) -> None:
    """The same seed gives the same public key, and the same signature over the same object."""
    key = SigningKey.from_seed(from_base64(SEEDS[name]))
    shown = SIGNING[f"{name}_key"]
    assert key.public == public_key_of(shown)
    assert unpadded(key.seed) == SEEDS[name]
    master = SigningKey.from_seed(from_base64(SEEDS["master"]))
    bare = {part: value for part, value in shown.items() if part != "signatures"}
    assert master.sign(bare, USER)["signatures"][USER].items() <= shown["signatures"][USER].items()


def test_a_device_is_signed_as_element_signs_it() -> None:
    key = SigningKey.from_seed(from_base64(SEEDS["self_signing"]))
    bare = {part: value for part, value in DEVICE.items() if part != "signatures"}
    assert key.sign(bare, USER)["signatures"][USER].items() <= DEVICE["signatures"][USER].items()


def test_signing_adds_to_a_copy_and_takes_nothing_away() -> None:
    obj = {"a": 1, "signatures": {"@x:y": {"ed25519:D": "other"}, USER: {"ed25519:D": "device"}}, "unsigned": {"b": 2}}
    before = copy.deepcopy(obj)
    signed = KEY.sign(obj, USER)
    assert obj == before
    assert signed["signatures"]["@x:y"] == {"ed25519:D": "other"}
    assert signed["signatures"][USER].keys() == {"ed25519:D", KEY.key_id}
    assert signed["unsigned"] == {"b": 2}
    assert verifies(signed, user_id=USER, key_id=KEY.key_id, public_key=KEY.public)


def test_a_seed_is_in_no_repr_and_every_new_key_is_another() -> None:
    assert unpadded(KEY.seed) not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)
    assert SigningKey.generate().seed != SigningKey.generate().seed
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey.from_seed(bytes(31))


@pytest.mark.parametrize(
    "change",
    [
        lambda signed: signed.update(a=2),
        lambda signed: signed.update(b=1),
        lambda signed: signed["signatures"].update({"@eve:test": signed["signatures"].pop(USER)}),
        lambda signed: signed["signatures"][USER].update({KEY.key_id: unpadded(bytes(64))}),
        lambda signed: signed["signatures"][USER].pop(KEY.key_id),
    ],
)
def test_whatever_is_changed_no_longer_verifies(change: Any) -> None:
    signed = KEY.sign({"a": 1}, USER)
    change(signed)
    assert not verifies(signed, user_id=USER, key_id=KEY.key_id, public_key=KEY.public)


def test_a_signature_by_another_key_under_our_name_does_not_count() -> None:
    forged = SigningKey.generate().sign({"a": 1}, USER)
    [signature] = forged["signatures"][USER].values()
    forged["signatures"][USER] = {KEY.key_id: signature}
    assert not verifies(forged, user_id=USER, key_id=KEY.key_id, public_key=KEY.public)


def test_a_key_of_small_order_vouches_for_nothing() -> None:
    """With the neutral element as key, one signature would fit every message."""
    small = unpadded(b"\1" + bytes(31))
    obj = {"a": 1, "signatures": {USER: {f"ed25519:{small}": unpadded(b"\1" + bytes(63))}}}
    assert not verifies(obj, user_id=USER, key_id=f"ed25519:{small}", public_key=small)


@given(obj=json_values, key=json_values, within=st.sampled_from(["nothing", "signatures", "user", "signature"]))
def test_whatever_strangers_send_is_judged_and_never_raises(obj: Any, key: Any, within: str) -> None:
    shapes = {
        "nothing": obj,
        "signatures": {"signatures": obj},
        "user": {"signatures": {USER: obj}, "x": key},
        "signature": {"signatures": {USER: {"ed25519:D": obj}}, "x": key},
    }
    assert not verifies(shapes[within], user_id=USER, key_id="ed25519:D", public_key=key)
    for shown in (obj, {"keys": obj}, {"keys": {"ed25519:D": obj}}, {"keys": {f"ed25519:{obj}": obj}}):
        public_key_of(shown)
        assert chain(USER, shown, SIGNING["self_signing_key"]) is None
        assert chain(USER, SIGNING["master_key"], shown) is None
        assert not signed_by_owner(shown, USER, KEY.public)


# --- cross-signing keys ---


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {f"ed25519:{KEY.public}=": f"{KEY.public}="},
        {f"ed25519:{KEY.public}": f"{KEY.public}="},
        {"ed25519:DEVICE": KEY.public},
        {f"curve25519:{KEY.public}": KEY.public},
        {KEY.key_id: KEY.public, "ed25519:other": "other"},
        {"ed25519:abc": "abc"},
        {f"ed25519:{KEY.public} ": f"{KEY.public} "},
    ],
)
def test_a_key_object_has_one_key_and_its_name_is_the_key_in_unpadded_base64(keys: dict[str, str]) -> None:
    assert public_key_of({"keys": keys}) is None
    assert public_key_of({"keys": {KEY.key_id: KEY.public}}) == KEY.public


def test_the_chain_of_an_identity_made_by_element_holds() -> None:
    self_signing = chain(USER, SIGNING["master_key"], SIGNING["self_signing_key"])
    assert self_signing is not None
    assert self_signing == public_key_of(SIGNING["self_signing_key"])
    assert signed_by_owner(DEVICE, USER, self_signing)
    user_signing = chain(USER, SIGNING["master_key"], SIGNING["user_signing_key"], usage="user_signing")
    assert user_signing == public_key_of(SIGNING["user_signing_key"])


def test_a_chain_breaks_where_anything_is_not_as_the_owner_signed_it() -> None:
    master, subordinate = SIGNING["master_key"], SIGNING["self_signing_key"]
    other = KEY.sign({"user_id": USER, "usage": ["self_signing"], "keys": {KEY.key_id: KEY.public}}, USER)
    assert chain("@eve:test", master, subordinate) is None
    assert chain(USER, {**master, "user_id": "@eve:test"}, subordinate) is None
    assert chain(USER, {**master, "usage": ["user_signing"]}, subordinate) is None
    assert chain(USER, master, {**subordinate, "usage": ["self_signing", "master"]}) is None
    assert chain(USER, master, {**subordinate, "signatures": {}}) is None
    assert chain(USER, master, other) is None, "it signed itself, the master key did not"
    assert chain(USER, master, SIGNING["user_signing_key"]) is None, "a user-signing key signs no devices"
    assert chain(USER, subordinate, subordinate) is None


def test_a_device_is_its_owners_only() -> None:
    self_signing = str(public_key_of(SIGNING["self_signing_key"]))
    assert not signed_by_owner({**DEVICE, "user_id": "@eve:test"}, USER, self_signing)
    assert signed_by_owner(KEY.sign({"user_id": USER}, USER), USER, KEY.public)
    assert not signed_by_owner(KEY.sign({"user_id": "@eve:test"}, USER), USER, KEY.public)
    assert not signed_by_owner({**DEVICE, "keys": {}}, USER, self_signing)
    assert not signed_by_owner(DEVICE, USER, KEY.public)
    assert not signed_by_owner({**DEVICE, "signatures": {}}, USER, self_signing)
