"""What matrix-js-sdk 37.5.0 and its Rust crypto made of an account: bootstrapped cross-signing and secret storage.

Taken once from `OlmMachine.bootstrapCrossSigning`, `exportCrossSigningKeys`, `encodeRecoveryKey` and
`encryptAESSecretStorageItem`; nothing of it is of our making.
"""

from typing import Any

USER = "@ag4-bot:test"

SEEDS = {
    "master": "YbeNbQky25bOuVf9QKP0esUdcmNpw9mN0K5C2YJKTX4",
    "self_signing": "kSNazuNf8MW7gFjZ9JPrMDso/URbaLIetxcHF8zEivw",
    "user_signing": "R9NQWwSCi3l7Lb7Pmd5qF93GfT2kC9z87GYvKAd8Rxo",
}
"""The private keys, in unpadded base64."""

SIGNING: dict[str, Any] = {
    "master_key": {
        "keys": {"ed25519:70I82XW/FJe/Qef6ZzqHNHyHYMvsKIll5jZqgnxAL7g": "70I82XW/FJe/Qef6ZzqHNHyHYMvsKIll5jZqgnxAL7g"},
        "signatures": {
            "@ag4-bot:test": {
                "ed25519:70I82XW/FJe/Qef6ZzqHNHyHYMvsKIll5jZqgnxAL7g": "TcpUU5Oz9dUHvywJZio4jeQQ5AmjwAf+DQw74bj5M5cDbFIZTkYXWp9Vc+GC5pq1kDwscLSX2QuGO3WU/DscBA",
                "ed25519:JSDEVICE": "ftfJ593508re895Ur+5DmZBUd/QhNJl5ckOm57aFCp8clNZo+OBbBgV/NW82vnRNgCHVP/zmyqpm6KK8FlmVDQ",
            }
        },
        "usage": ["master"],
        "user_id": "@ag4-bot:test",
    },
    "self_signing_key": {
        "keys": {"ed25519:3+iub/rCDki9bRvhppUu0zTtmC/MnRyIxS7ksf5R/qw": "3+iub/rCDki9bRvhppUu0zTtmC/MnRyIxS7ksf5R/qw"},
        "signatures": {
            "@ag4-bot:test": {
                "ed25519:70I82XW/FJe/Qef6ZzqHNHyHYMvsKIll5jZqgnxAL7g": "WrSI7/euYgiR0m0r2bd0iIf3ljvdP/XtGWdGiCxjsV3Y6Cu53+uzrgW2j72UOUu3RWSLmH0eIbUmVHKEunuHAA"
            }
        },
        "usage": ["self_signing"],
        "user_id": "@ag4-bot:test",
    },
    "user_signing_key": {
        "keys": {"ed25519:50NcBkKASmmUVZT2aWYGwqWizOHOabXDYKW1Jso0Rwk": "50NcBkKASmmUVZT2aWYGwqWizOHOabXDYKW1Jso0Rwk"},
        "signatures": {
            "@ag4-bot:test": {
                "ed25519:70I82XW/FJe/Qef6ZzqHNHyHYMvsKIll5jZqgnxAL7g": "TeOmIeNEjkpp2DUjZLhgOIurAKXEu25VFd+yGCaxJRJanbpTXYJTljYrYOJPrIwJgmzhaQrT5RKqmrPrBLqODw"
            }
        },
        "usage": ["user_signing"],
        "user_id": "@ag4-bot:test",
    },
}
"""The body of POST /keys/device_signing/upload."""

DEVICE: dict[str, Any] = {
    "algorithms": ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
    "device_id": "JSDEVICE",
    "keys": {
        "curve25519:JSDEVICE": "tQz9Vd7T1kM+kv6S80I4Xg3wWKCNeQNKmfqq9XX7rBM",
        "ed25519:JSDEVICE": "l3l8S1+0kur0/JQ9mTervEHOuE1lMYpXEf8O0Nd9RMU",
    },
    "signatures": {
        "@ag4-bot:test": {
            "ed25519:3+iub/rCDki9bRvhppUu0zTtmC/MnRyIxS7ksf5R/qw": "Z+jYD2U75ZZp4z0TUK5lC5QtnBSFZ2rK+MnCHQJgVtNf6LfIT7CRlN0OdD0FRC5qdDz0wsuwVB2gOPmQVPNWCQ",
            "ed25519:JSDEVICE": "jUuFJFDzWggbLtSpV3dlGtvMbIO8wWm0p+G6MtHS+W9b/htw8dfLAh75n+c7og2drrg5w8w9RgBP/12d7LhjBA",
        }
    },
    "user_id": "@ag4-bot:test",
}
"""The keys of the device that made them, signed by itself and by the self-signing key."""

RECOVERY_KEY = "EsT1 t3bE JPZs Bz9H xApv jfQh PY9X gmGM bhbN Kz2L 2t9n aeKB"
STORAGE_KEY = bytes.fromhex("030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dc")

STORAGE: dict[str, dict[str, Any]] = {
    "m.secret_storage.default_key": {"key": "k1"},
    "m.secret_storage.key.k1": {
        "algorithm": "m.secret_storage.v1.aes-hmac-sha2",
        "iv": "TmJB/FYhYao4igyJgdHRhg==",
        "mac": "z6icncN93Gd8cqMzAb6Dy7GPQUHV/ge60JDDj6WJhGY=",
    },
    "m.cross_signing.master": {
        "encrypted": {
            "k1": {
                "iv": "atwciTmqQS1WW6M1AUgBYg==",
                "ciphertext": "6VotLsuabWlcnEsZaVQg5Va8aYcblwUt/zVXE1G4wmJNSLBHSdlS1SEOQA==",
                "mac": "FWY+2vaVTFhgYLCsDp5bK2Awm7Dsm/6xEZYuxy6V5N0=",
            }
        }
    },
    "m.cross_signing.self_signing": {
        "encrypted": {
            "k1": {
                "iv": "ReAgIzlIvzVVIN66yZhKhQ==",
                "ciphertext": "fnhT0tnzShdWFBpc5lYFa1Yo0vn7Tf6+uwzV6Ao6YJ41UQIf9ZI3e9TWgA==",
                "mac": "75/D5O9gm/l2tqD6iG2uwtt2MJWvocqiJ4rwNz8EWhw=",
            }
        }
    },
    "m.cross_signing.user_signing": {
        "encrypted": {
            "k1": {
                "iv": "+PmaPLsCz6IDPqHCdRvWIA==",
                "ciphertext": "CLrZzp0HP4C41NQnZM4Rdfp6Vz6gghk8f7xck0ILHfxMR4i9dGFd7wXBbw==",
                "mac": "QfKxOISg6ECsljSbllzsJkvou03QALrOmxKzwiEroaM=",
            }
        }
    },
}
"""The account data of a secure backup under RECOVERY_KEY."""
