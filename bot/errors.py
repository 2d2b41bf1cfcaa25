"""Why the bot does not start, or ends, though nothing is broken; the command line turns each into an exit code."""


class LoginRefused(Exception):
    """The homeserver does not accept the login. The text names the remedy."""


class KeysUnusable(Exception):
    """The store of encryption keys cannot be read. The text names the remedy."""


class TrustRefused(Exception):
    """The bot's cross-signing identity cannot be used or made. The text says what is wrong and names the next step."""


class FeedUnusable(Exception):
    """The calendar feed cannot listen where the configuration says. The text names the remedy."""


class Stopped(Exception):
    """The operator stopped the bot before it had a session."""
