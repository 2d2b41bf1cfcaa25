"""What the bot can do. Knows no Matrix client, no scheduler, no outbox."""
