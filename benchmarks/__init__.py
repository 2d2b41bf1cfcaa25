"""Speed, losses and memory of the bot, beside a bare nio bot and a bare HTTP loop: `python -m benchmarks`."""
