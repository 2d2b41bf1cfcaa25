"""What the bot remembers. Imports nothing of ours."""
