"""The demonstration: a throw-away homeserver, people, a scene, a prompt."""
