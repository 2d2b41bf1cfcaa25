"""How old a key store is, counted in uses: a copy that is put back is younger than what the homeserver remembers."""

from urllib.parse import quote

from bot.matrix.encryption.key_store import Machine
from bot.matrix.errors import KeysOutdated, Rejected
from bot.matrix.request import Request

_TYPE = "org.ag4-bot.key_store"


class Generation:
    """Counts the uses of a key store, in the store itself and, a moment later, in the account data at the homeserver.

    Using an old copy of a store would encrypt with keys that were used already; others refuse that for good.
    """

    def __init__(self, olm: Machine, request: Request) -> None:
        self._olm = olm
        self._database = olm.store.database
        self._device_id = str(olm.device_id)
        self._request = request
        user_id, kind = quote(str(olm.user_id)), quote(_TYPE)
        self._path = f"/_matrix/client/v3/user/{user_id}/account_data/{kind}"
        self._database.execute_sql("CREATE TABLE IF NOT EXISTS ag4_bot_uses (number INTEGER NOT NULL)")
        self._number = int(
            self._database.execute_sql("SELECT coalesce(max(number), 0) FROM ag4_bot_uses").fetchone()[0]
        )
        self._told = self._number
        self._is_condemned = (
            self._database.execute_sql("SELECT 1 FROM ag4_bot_uses WHERE number < 0").fetchone() is not None
        )

    def used(self) -> None:
        """Keys are being used; inside the transaction of the store that does it."""
        self._number += 1
        self._database.execute_sql("DELETE FROM ag4_bot_uses WHERE number >= 0")
        self._database.execute_sql("INSERT INTO ag4_bot_uses VALUES (?)", (self._number,))

    def condemn(self) -> None:
        """This store turned out to be older than its device; the next start makes a new one."""
        with self._olm.changes():
            self._database.execute_sql("INSERT INTO ag4_bot_uses VALUES (-1)")

    async def check(self) -> None:
        """At each start: raises KeysOutdated where a later use of our keys is known; MatrixError."""
        if self._is_condemned:
            raise KeysOutdated(self._device_id)
        try:
            kept = await self._request("GET", self._path)
        except Rejected:
            return  # nothing was ever kept
        number = kept.get("uses")
        if kept.get("device_id") == self._device_id and isinstance(number, int) and number > self._number:
            raise KeysOutdated(self._device_id)

    async def tell(self) -> None:
        """Let the homeserver remember the uses so far. Raises MatrixError."""
        number = self._number
        if number != self._told:
            await self._request("PUT", self._path, {"device_id": self._device_id, "uses": number})
            self._told = number
