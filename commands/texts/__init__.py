"""Every German sentence the bot says in chat: one module a feature, small functions returning Markdown."""
